//go:build !purego

package simd

import "github.com/keymill/keymill/backend/cpu"

var tagsAVX512 = family{hashTags: tags512Kernel}

func tags512Kernel(dst cpu.Spans, data []byte, keys cpu.Spans) bool {
	var left tagsLeft
	groups := tagsGroups(keys, data)
	if groups == 0 {
		return false
	}
	hashTagsAVX512(&dst.Start[0], &dst.End[0], &data[0], len(data), &keys.Start[0], &keys.End[0], groups, &left[0])
	left.finish(dst, data, keys, groups)
	return true
}
