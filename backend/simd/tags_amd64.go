//go:build !purego

package simd

import (
	"math/bits"

	"github.com/keymill/keymill/backend/cpu"
)

var tagsAVX2 = family{hashTags: tags256Kernel}

const (
	tagsGroup  = 8
	tagsWindow = 64 // bytes of a key that it looks at
)

// tagsLeft has a bit for each key of whole groups that a kernel leaves to do.
type tagsLeft [blockKeys / tagsGroup]byte

func tags256Kernel(dst cpu.Spans, data []byte, keys cpu.Spans) bool {
	var left tagsLeft
	groups := tagsGroups(keys, data)
	if groups == 0 {
		return false
	}
	hashTagsAVX2(&dst.Start[0], &dst.End[0], &data[0], len(data), &keys.Start[0], &keys.End[0], groups, &left[0])
	left.finish(dst, data, keys, groups)
	return true
}

// tagsGroups returns how many groups of a block a kernel takes: none where most
// keys are so long that it would leave them.
func tagsGroups(keys cpu.Spans, data []byte) int {
	n := len(keys.Start)
	if n < tagsGroup || n > blockKeys || len(data) < tagsWindow {
		return 0
	}
	if packed := keys.End[n-1] - keys.Start[0]; packed > uint32(tagsWindow*n) {
		return 0
	}
	return n / tagsGroup
}

// finish does what is left of the groups, and the keys after them.
func (t *tagsLeft) finish(dst cpu.Spans, data []byte, keys cpu.Spans, groups int) {
	for i, left := range t[:groups] {
		for ; left != 0; left &= left - 1 {
			i := tagsGroup*i + bits.TrailingZeros8(left)
			dst.Start[i], dst.End[i] = dst.HashTag(data, i) // the kernel has left the key whole
		}
	}
	for i := tagsGroup * groups; i < len(dst.Start); i++ {
		dst.Start[i], dst.End[i] = keys.HashTag(data, i)
	}
}
