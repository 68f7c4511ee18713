package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// reductions with AVX-512 that take long: jump, and those of members. With sixteen
// hashes a step the others were 0.01 to 0.04 ns a key faster than with AVX2, on a
// Zen 4: not worth their code in calls that take 1.5 ns and more.
func reducez() {
	jumpAVX512()
	numbers := numbers64{}
	rendezvousAVX512(numbers)
	ringAVX512(numbers)
}

// jumpAVX512 has instructions for most of what jumpAVX2 puts together. Its time is
// that of the divisions. (To multiply by an approximate reciprocal, made exact in
// three steps of two instructions, was slower on a Zen 4, and in every second
// register no faster.)
func jumpAVX512() {
	const lanes = 8
	factor := ZMM()
	constant := newJumpConstants("jumpConstants512", lanes)
	jump("jumpAVX512", jumpVector{
		lanes:    lanes,
		register: func() VecVirtual { return ZMM() },
		constant: constant,
		start:    func() { VMOVUPD(constant.factor, factor) },
		advance: func(key VecVirtual) {
			VPMULLQ(factor, key, key)
			VPADDQ(constant.one, key, key)
		},
		// bucket * quotient + quotient is rounded once, as the product with
		// bucket + 1 is, which is exact.
		leap:  func(bucket, quotient VecVirtual) { VFMADD213PD(quotient, quotient, bucket) },
		floor: func(x VecVirtual) { VRNDSCALEPD(Imm(3), x, x) },
		follow: func(g jumpGroup, parts VecVirtual) {
			below := K()
			VCMPPD(Imm(lessThan), parts, g.next, below)
			VMOVAPD(g.next, below, g.bucket)
		},
		going: func(g jumpGroup, parts VecVirtual) jumpOn {
			below, which, number := K(), GP32(), GP64()
			VCMPPD(Imm(lessThan), parts, g.next, below)
			KMOVB(below, which)
			POPCNTL(which, number.As32())
			return jumpOn{number, func(from VecVirtual, to Mem) {
				packed := ZMM() // and not straight to memory, which takes some processors 100 cycles
				VPCOMPRESSQ_Z(from, below, packed)
				VMOVUPD(packed, to)
			}}
		},
		words: func(bucket VecVirtual, to Mem) {
			words := YMM()
			VCVTTPD2DQ(bucket, words)
			VMOVUPD(words, to)
		},
	})
}
