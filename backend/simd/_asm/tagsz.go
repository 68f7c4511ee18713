package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// hash tags of Redis Cluster, with AVX-512, which has a whole window in a register:
// keys of more than 32 bytes take 1.8 ns in place of 2.3, on a Zen 4. The rest is
// as with AVX2.
func tagsz() {
	tagsOf("hashTagsAVX512", ZMM, func(from Mem, braces [2]VecVirtual) (at [2]GPVirtual) {
		window := ZMM()
		VMOVDQU8(from, window)
		for i, brace := range braces {
			equal := K()
			at[i] = GP64()
			VPCMPEQB(brace, window, equal)
			KMOVQ(equal, at[i])
		}
		return at
	})
}
