package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// xxh3Long runs the eight accumulators of a key of more than 240 bytes, four to
// a vector, as the authors' own AVX2 code does.
func xxh3Long() {
	kernel("xxh3Long", "func(acc *uint64, key *byte, n int, secret *byte)",
		"xxh3Long puts the n bytes of a key, more than 240, into the accumulators.")
	acc, key := Load(Param("acc"), GP64()), Load(Param("key"), GP64())
	n, secret := Load(Param("n"), GP64()), Load(Param("secret"), GP64())
	a := [2]VecVirtual{YMM(), YMM()}
	for i := range a {
		VMOVDQU(Mem{Base: acc, Disp: 32 * i}, a[i])
	}
	accumulate := func(from, secret Mem) {
		for i := range a {
			word, keyed, high := YMM(), YMM(), YMM()
			VMOVDQU(from.Offset(32*i), word)
			VPXOR(secret.Offset(32*i), word, keyed)
			VPSRLQ(Imm(32), keyed, high)
			VPMULUDQ(high, keyed, keyed)
			VPSHUFD(Imm(0x4e), word, word) // to the accumulator of the neighbour
			VPADDQ(word, a[i], a[i])
			VPADDQ(keyed, a[i], a[i])
		}
	}
	last := GP64() // the last stripe, which overlaps the one before
	LEAQ(Mem{Base: key, Index: n, Scale: 1, Disp: -64}, last)

	Label("block")
	CMPQ(n, U32(1024))
	JBE(LabelRef("rest"))
	for i := range 16 {
		accumulate(Mem{Base: key, Disp: 64 * i}, Mem{Base: secret, Disp: 8 * i})
	}
	prime := broadcast(constant(0x9E3779B1))
	for i := range a {
		t := YMM()
		VPSRLQ(Imm(47), a[i], t)
		VPXOR(t, a[i], a[i])
		VPXOR(Mem{Base: secret, Disp: 128 + 32*i}, a[i], a[i])
		VPSRLQ(Imm(32), a[i], t)
		VPMULUDQ(prime, t, t)
		VPSLLQ(Imm(32), t, t)
		VPMULUDQ(prime, a[i], a[i])
		VPADDQ(t, a[i], a[i])
	}
	ADDQ(U32(1024), key)
	SUBQ(U32(1024), n)
	JMP(LabelRef("block"))

	Label("rest") // of 1 to 1024 bytes
	at := GP64()
	MOVQ(secret, at)
	Label("stripe")
	CMPQ(n, Imm(64))
	JBE(LabelRef("last"))
	accumulate(Mem{Base: key}, Mem{Base: at})
	ADDQ(Imm(64), key)
	ADDQ(Imm(8), at)
	SUBQ(Imm(64), n)
	JMP(LabelRef("stripe"))
	Label("last")
	accumulate(Mem{Base: last}, Mem{Base: secret, Disp: 192 - 64 - 7})
	for i := range a {
		VMOVDQU(a[i], Mem{Base: acc, Disp: 32 * i})
	}
	VZEROUPPER()
	RET()
}
