package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A CRC that starts from 0 does not see zeros before the key. So a key is read
// together with what stands before it, which is then cleared, and all keys of up
// to 16, or of up to 32 bytes take the same instructions: there is no branch on a
// length that the processor would have to guess. A CRC that starts from something
// else starts from what the cleared bytes turn into it (crcConsts.from).
//
// Carry-less products with powers of x modulo the polynomial move 16 bytes onto
// the 16 after them (Gopal et al., "Fast CRC Computation for Generic Polynomials
// Using PCLMULQDQ Instruction", Intel 2009). The last 16 are reduced in two steps
// of 8 (Barrett). For keys of 32 bytes those are four products, and six if the CRC
// has 32 bits; an AMD processor begins one every two cycles, of however many
// lanes. So they decide: for mixed keys of 1 to 32 bytes crc16 took 2.8 ns with
// registers of 16 bytes, 2.0 with 32 and 1.8 with 64 on a Zen 4, where to read
// the keys from memory takes 1.4.
func crc() {
	crcScan()
	crcSort()
	for _, w := range []crcSize{16, 32} {
		crcKernels(w)
	}
	for words := 1; words <= 4; words++ {
		crc32cStrided(words)
	}
	for _, bytes := range []int{16, 32} {
		crc32cSpans(bytes)
		crc32cListed(bytes)
	}
}

// crcz has what AVX-512 does better.
func crcz() { crcKernels(64) }

// Offsets in the Go struct crcConsts.
const (
	crcFold16 = 0
	crcLast   = 16
	crcFold32 = 32
	crcFold64 = 48
	crcFrom   = 64             // 65 words of 32 bits: the last belongs to no cleared bytes
	crcMasks  = crcFrom + 4*66 // 64 zeros and 64 ones
)

// crcRegs are registers with constants, the same in each lane of 128 bits.
type crcRegs struct {
	crcSize
	fold16, fold32, last VecVirtual
	order, out           VecVirtual // of crc16 the one, of crc32 the other
}

func (w crcSize) constants(k crcKind, consts Register) crcRegs {
	c := crcRegs{
		crcSize: w,
		fold16:  w.lanes(Mem{Base: consts, Disp: crcFold16}),
		last:    w.lanes(Mem{Base: consts, Disp: crcLast}),
	}
	if w > 16 {
		c.fold32 = w.lanes(Mem{Base: consts, Disp: crcFold32})
	}
	k.constants(&c)
	return c
}

// crcKind is a bit order: crc16 puts the highest power of x into the highest bit
// of a byte, crc32 and crc32c into the lowest.
type crcKind interface {
	name() string
	// startsFrom0 says that there is no crcConsts.from.
	startsFrom0() bool
	constants(c *crcRegs)
	// ordered brings bytes, as they lie in memory, into the order of the products;
	// words does it to keys of 8 bytes, and begins with them.
	ordered(c crcRegs, v VecVirtual)
	words(c crcRegs, v VecVirtual)
	// last8 and last16 return the CRCs of keys, a word each: of the last 8 bytes in
	// each word, and of the last 16 in each lane, of which even and odd ones take turns.
	last8(c crcRegs, words VecVirtual) VecVirtual
	last16(c crcRegs, even, odd VecVirtual) VecVirtual
}

var crcKinds = []crcKind{crc16Kind{}, crc32Kind{}}

// crc16Kind is in the order of numbers: the first byte is the highest.
type crc16Kind struct{}

func (crc16Kind) name() string      { return "crc16" }
func (crc16Kind) startsFrom0() bool { return true }

func (crc16Kind) constants(c *crcRegs) {
	c.order = vector(max(int(c.crcSize), 32)) // of a key of 32 bytes too
	c.load(reversed(), c.order)
}

func (crc16Kind) ordered(c crcRegs, v VecVirtual) { VPSHUFB(sized(c.order, int(v.Size())), v, v) }
func (crc16Kind) words(_ crcRegs, v VecVirtual)   { VPSHUFB(reversedWords(), v, v) }

// last8: the quotient of a word times x^16 by the polynomial is the upper half of
// its product with the inverse, plus the word, and the CRC is the low bits of the
// quotient times the polynomial.
func (k crc16Kind) last8(c crcRegs, words VecVirtual) VecVirtual {
	p, q := c.vec(), c.vec()
	VPCLMULQDQ(Imm(0x00), c.last, words, p)
	VPCLMULQDQ(Imm(0x01), c.last, words, q)
	VPUNPCKHQDQ(q, p, p)
	c.xor(words, p, p)
	crc := k.times(c, p)
	VPSRLQ(Imm(48), crc, crc)
	return crc
}

func (k crc16Kind) last16(c crcRegs, even, odd VecVirtual) VecVirtual {
	p, q, words := c.vec(), c.vec(), c.vec()
	VPCLMULQDQ(Imm(0x01), c.last, even, p)
	VPCLMULQDQ(Imm(0x01), c.last, odd, q)
	c.xor(even, p, p)
	c.xor(odd, q, q)
	VPUNPCKHQDQ(q, p, p)
	VPUNPCKLQDQ(odd, even, words)
	c.xor(k.times(c, p), words, words)
	return k.last8(c, words)
}

// times returns the low 16 bits of q times the polynomial, x^12 + x^5 + 1 that is,
// as the highest of a word. (A product would take longer.)
func (crc16Kind) times(c crcRegs, q VecVirtual) VecVirtual {
	a, b, crc := c.vec(), c.vec(), c.vec()
	VPSLLQ(Imm(48), q, crc)
	VPSLLQ(Imm(48+5), q, a)
	VPSLLQ(Imm(48+12), q, b)
	c.add(a, b, crc)
	return crc
}

// crc32Kind is reflected: the first byte is the lowest, and in it the lowest bit
// the highest power of x.
type crc32Kind struct{}

func (crc32Kind) name() string                  { return "crc32" }
func (crc32Kind) startsFrom0() bool             { return false }
func (crc32Kind) ordered(crcRegs, VecVirtual)   {}
func (crc32Kind) words(c crcRegs, v VecVirtual) { c.xor(c.out, v, v) }

// constants: the CRC starts from 32 ones, and ends with its complement.
func (crc32Kind) constants(c *crcRegs) {
	c.out = c.vec()
	c.ones(c.out)
	VPSRLQ(Imm(32), c.out, c.out)
}

// reduced multiplies the lower or the upper word of each lane by the inverse, and
// the low half of that, the quotient, by the polynomial: the upper half is the CRC.
func (crc32Kind) reduced(c crcRegs, v VecVirtual, upper uint64) VecVirtual {
	q, crc := c.vec(), c.vec()
	VPCLMULQDQ(Imm(upper), c.last, v, q)
	VPCLMULQDQ(Imm(0x10), c.last, q, crc)
	return crc
}

func (k crc32Kind) last8(c crcRegs, words VecVirtual) VecVirtual {
	return k.packed(c, k.reduced(c, words, 0), k.reduced(c, words, 1))
}

func (k crc32Kind) last16(c crcRegs, even, odd VecVirtual) VecVirtual {
	p, q := k.reduced(c, even, 0), k.reduced(c, odd, 0)
	c.xor(even, p, p)
	c.xor(odd, q, q)
	return k.packed(c, k.reduced(c, p, 1), k.reduced(c, q, 1))
}

// packed puts the upper halves together, complemented.
func (crc32Kind) packed(c crcRegs, even, odd VecVirtual) VecVirtual {
	crcs := c.vec()
	VPUNPCKHQDQ(odd, even, crcs)
	c.xor(c.out, crcs, crcs)
	return crcs
}
