//go:build !purego

package simd

import (
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
)

var (
	md5Lanes256 = &lanes32{sum: sumMD5, ragged: md5RaggedAVX2, group: 16, idle: 3, longest: 1 << 27}
	md5Lanes512 = &lanes32{sum: sumMD5, ragged: md5RaggedAVX512, group: 32, idle: 3, longest: 1 << 27}

	md5AVX2 = family{
		fixed:  map[hash.Func]fixedKernel{hash.MD5: md5Lanes256.hashFixed},
		ragged: map[hash.Func]raggedKernel{hash.MD5: md5Lanes256.hashRagged},
	}
	md5AVX512 = family{
		fixed:  map[hash.Func]fixedKernel{hash.MD5: md5Lanes512.hashFixed},
		ragged: map[hash.Func]raggedKernel{hash.MD5: md5Lanes512.hashRagged},
	}
)

func sumMD5(key []byte, _ uint64) uint64 {
	first, _ := hash.SumMD5(key)
	return first
}

// hashFixedAsRagged hashes keys of one width, block by block, as keys of any length:
// a function that is slow enough gains little by knowing the width.
func (l *lanes32) hashFixedAsRagged(dst []uint64, data []byte, width int, words hash.Words) bool {
	if width > 1<<20 { // whose places in a block need more than 32 bits
		return false
	}
	m := sorteds.Get().(*sorted)
	defer sorteds.Put(m)
	for i := range min(len(dst), blockKeys) {
		m.start[i], m.end[i] = uint32(i*width), uint32(i*width+width)
	}
	for n := 0; len(dst) > 0; dst, data = dst[n:], data[n*width:] {
		n = min(len(dst), blockKeys)
		if l.hashRagged(dst[:n], data, cpu.Spans{Start: m.start[:n], End: m.end[:n]}, words) {
			continue
		}
		for i := range dst[:n] { // fewer than a group that may be read
			dst[i] = l.sum(data[i*width:][:width], words.Lo)
		}
	}
	return true
}
