package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// xxh3 has a branch for each class of lengths, which a processor cannot guess
// for keys of mixed lengths: a wrong guess costs more than the hash. So the keys
// of a block are first sorted into their classes, eight keys a step, and then each
// class is hashed by a loop without a branch, of scalar instructions: the 128-bit
// products that xxh3 is made of take one mulx, but four multiplications and a dozen
// shifts and adds of vectors. Keys of 8 and 16 bytes, which need no sorting, take
// both: the vector ports would be idle otherwise.
func xxh3() {
	xxh3Fixed8()
	xxh3Fixed16()
	for _, c := range xxh3Classes {
		xxh3Strided(c)
		xxh3Listed(c)
	}
	xxh3Sort()
	xxh3Long()
}

// xxh3Class is the body of a class of lengths.
type xxh3Class struct {
	name   string
	hash   func(l xxh3Loop, key, n Register) GPVirtual
	counts []uint8 // of bits to shift by, for which there are registers
}

// xxh3Loop is what a loop keeps in registers: the address of the constants and, where
// registers last, numbers of bits to shift by: a shift by a register needs no copy before.
type xxh3Loop struct {
	consts Register
	counts map[uint8]Register
}

func newXXH3Loop(consts Register, counts ...uint8) xxh3Loop {
	l := xxh3Loop{consts, map[uint8]Register{}}
	for _, n := range counts {
		l.counts[n] = constant(uint64(n))
	}
	return l
}

// shifted returns h >> shift.
func (l xxh3Loop) shifted(h GPVirtual, shift uint8) GPVirtual {
	t := GP64()
	if count, there := l.counts[shift]; there {
		SHRXQ(count, h, t)
	} else {
		MOVQ(h, t)
		SHRQ(Imm(uint64(shift)), t)
	}
	return t
}

// xorShift does h ^= h >> shift.
func (l xxh3Loop) xorShift(h GPVirtual, shift uint8) { XORQ(l.shifted(h, shift), h) }

var xxh3Classes = []xxh3Class{
	{"0to3", xxh3Hash0to3, nil},
	{"4to8", xxh3Hash4to8, []uint8{35, 28}},
	{"9to16", xxh3Hash9to16, []uint8{37, 32}},
	{"17to32", xxh3HashPairs(1), []uint8{37}},
	{"33to64", xxh3HashPairs(2), []uint8{37}},
	{"65to96", xxh3HashPairs(3), []uint8{37}},
	{"97to128", xxh3HashPairs(4), []uint8{37}},
	{"129to240", xxh3Hash129to240, nil},
}

// Offsets in the Go struct xxh3Consts.
const (
	xxh3Flip1  = 0  // of keys of 1 to 3 bytes
	xxh3Flip4  = 8  // 4 to 8
	xxh3Low    = 16 // 9 to 16: the first word
	xxh3High   = 24 // and the last
	xxh3Empty  = 32 // the hash of the empty key
	xxh3Secret = 40 // 32 words, seeded: 16 of the secret's beginning, 14 from its byte 3 on, the 2 of its byte 119
)

const (
	xxh3PrimeMix1 = 0x165667919E3779F9
	xxh3PrimeMix2 = 0x9FB21C651E98DF25
	xxh64Prime1   = 0x9E3779B185EBCA87
	xxh64Prime2   = 0xC2B2AE3D27D4EB4F
	xxh64Prime3   = 0x165667B19E3779F9
)

// constant returns a register with a number, loaded outside of the loop.
func constant(n uint64) GPVirtual {
	r := GP64()
	MOVQ(U64(n), r)
	return r
}

// xxh3Strided hashes keys of one width, which lie end to end.
func xxh3Strided(c xxh3Class) {
	kernel("xxh3Strided"+c.name, "func(dst *uint64, data *byte, n int, width int, consts *uint64)",
		"xxh3Strided"+c.name+" hashes n keys of one width, of the class.")
	dst, key := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	n, width := Load(Param("n"), GP64()), Load(Param("width"), GP64())
	l := newXXH3Loop(Load(Param("consts"), GP64()), c.counts...)
	Label("key")
	MOVQ(c.hash(l, key, width), Mem{Base: dst})
	ADDQ(width, key)
	ADDQ(Imm(8), dst)
	DECQ(n)
	JNZ(LabelRef("key"))
	RET()
}

// xxh3Listed hashes the keys whose numbers a list has.
func xxh3Listed(c xxh3Class) {
	kernel("xxh3Listed"+c.name, "func(dst *uint64, data *byte, start *uint32, end *uint32, list *uint16, n int, consts *uint64, next uintptr, step int)",
		"xxh3Listed"+c.name+" hashes the n keys whose numbers the list has, of the class and, a step of the memory from next on for each, brings that to the cache.")
	dst, data := Load(Param("dst"), GP64()), NewParamAddr("data", 8) // registers are short
	start, end := Load(Param("start"), GP64()), Load(Param("end"), GP64())
	list, n := Load(Param("list"), GP64()), Load(Param("n"), GP64())
	l := newXXH3Loop(Load(Param("consts"), GP64()), c.counts...)
	ahead := c.ahead()
	LEAQ(Mem{Base: list, Index: n, Scale: 2}, list)
	NEGQ(n)
	Label("key")
	ahead()
	i, key, size := GP64(), GP64(), GP64()
	MOVWLZX(Mem{Base: list, Index: n, Scale: 2}, i.As32())
	MOVL(Mem{Base: start, Index: i, Scale: 4}, key.As32())
	MOVL(Mem{Base: end, Index: i, Scale: 4}, size.As32())
	SUBL(key.As32(), size.As32())
	ADDQ(data, key)
	MOVQ(c.hash(l, key, size), Mem{Base: dst, Index: i, Scale: 8})
	INCQ(n)
	JNZ(LabelRef("key"))
	RET()
}

// ahead returns what brings the next step of memory to the cache. Where registers last,
// the address is in one: from memory to memory it would take longer than a short key.
func (c xxh3Class) ahead() func() {
	if c.name == "129to240" { // they do not last there
		return func() {
			next := GP64()
			MOVQ(NewParamAddr("next", 56), next)
			PREFETCHT0(Mem{Base: next})
			ADDQ(NewParamAddr("step", 64), next)
			MOVQ(next, NewParamAddr("next", 56))
		}
	}
	next := Load(Param("next"), GP64())
	return func() {
		PREFETCHT0(Mem{Base: next})
		ADDQ(NewParamAddr("step", 64), next)
	}
}

// xxh3Hash0to3 hashes the empty key too: it reads a byte of the constants, and
// takes the hash from there.
func xxh3Hash0to3(l xxh3Loop, key, n Register) GPVirtual {
	at, size, one := GP64(), GP64(), GP64()
	MOVQ(key, at)
	MOVQ(n, size)
	MOVQ(U32(1), one)
	TESTQ(n, n)
	CMOVQEQ(l.consts, at)
	CMOVQEQ(one, size)
	h, t, half := GP64(), GP64(), GP64()
	MOVBLZX(Mem{Base: at}, h.As32())
	SHLL(Imm(16), h.As32())
	MOVQ(size, half)
	SHRQ(Imm(1), half)
	MOVBLZX(Mem{Base: at, Index: half, Scale: 1}, t.As32())
	SHLL(Imm(24), t.As32())
	ORL(t.As32(), h.As32())
	MOVBLZX(Mem{Base: at, Index: size, Scale: 1, Disp: -1}, t.As32())
	ORL(t.As32(), h.As32())
	SHLL(Imm(8), size.As32())
	ORL(size.As32(), h.As32())
	XORQ(Mem{Base: l.consts, Disp: xxh3Flip1}, h)
	for _, step := range []struct {
		shift uint8
		prime uint64
	}{{33, xxh64Prime2}, {29, xxh64Prime3}} {
		l.xorShift(h, step.shift)
		IMULQ(constant(step.prime), h)
	}
	l.xorShift(h, 32)
	TESTQ(n, n)
	CMOVQEQ(Mem{Base: l.consts, Disp: xxh3Empty}, h)
	return h
}

func xxh3Hash4to8(l xxh3Loop, key, n Register) GPVirtual {
	h, last := GP64(), GP64()
	MOVL(Mem{Base: key}, h.As32())
	MOVL(Mem{Base: key, Index: n, Scale: 1, Disp: -4}, last.As32())
	SHLQ(Imm(32), h)
	ADDQ(last, h)
	XORQ(Mem{Base: l.consts, Disp: xxh3Flip4}, h)
	xxh3Turn(h)
	l.mix4to8(h, n)
	return h
}

// mix4to8 is the rest of xxHash's rrmxmx, after the turn; n is a register, or a number.
func (l xxh3Loop) mix4to8(h GPVirtual, n Op) {
	prime := inMemory("xxh3PrimeMix2", xxh3PrimeMix2)
	IMULQ(prime, h)
	t := l.shifted(h, 35)
	ADDQ(n, t)
	XORQ(t, h)
	IMULQ(prime, h)
	l.xorShift(h, 28)
}

func xxh3Hash9to16(l xxh3Loop, key, n Register) GPVirtual {
	hi := GP64()
	MOVQ(Mem{Base: key}, RDX)
	XORQ(Mem{Base: l.consts, Disp: xxh3Low}, RDX)
	MOVQ(Mem{Base: key, Index: n, Scale: 1, Disp: -8}, hi)
	XORQ(Mem{Base: l.consts, Disp: xxh3High}, hi)
	return l.mix9to16(hi, n)
}

// mix9to16 hashes a key of the first word in RDX, the last in hi.
func (l xxh3Loop) mix9to16(hi GPVirtual, n Op) GPVirtual {
	h, high, low := GP64(), GP64(), GP64()
	MULXQ(hi, low, high)
	MOVQ(RDX, h)
	BSWAPQ(h)
	ADDQ(hi, h)
	ADDQ(n, h)
	XORQ(low, high)
	ADDQ(high, h)
	l.avalanche(h)
	return h
}

// xxh3HashPairs hashes keys of 17 bytes and more by so many pairs of 16 bytes,
// from both ends towards the middle, where they may overlap.
func xxh3HashPairs(pairs int) func(l xxh3Loop, key, n Register) GPVirtual {
	return func(l xxh3Loop, key, n Register) GPVirtual {
		h := GP64()
		MOVQ(inMemory("xxh64Prime1", xxh64Prime1), h)
		IMULQ(n, h)
		for i := range pairs {
			xxh3MulFold(h, Mem{Base: key, Disp: 16 * i}, Mem{Base: l.consts, Disp: xxh3Secret + 32*i})
			xxh3MulFold(h, Mem{Base: key, Index: n, Scale: 1, Disp: -16 * (i + 1)}, Mem{Base: l.consts, Disp: xxh3Secret + 32*i + 16})
		}
		l.avalanche(h)
		return h
	}
}

func xxh3Hash129to240(l xxh3Loop, key, n Register) GPVirtual {
	h := GP64()
	MOVQ(inMemory("xxh64Prime1", xxh64Prime1), h)
	IMULQ(n, h)
	for i := range 8 {
		xxh3MulFold(h, Mem{Base: key, Disp: 16 * i}, Mem{Base: l.consts, Disp: xxh3Secret + 16*i})
	}
	l.avalanche(h)
	at, end, secret := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: key, Disp: 128}, at)
	LEAQ(Mem{Base: l.consts, Disp: xxh3Secret + 128}, secret)
	MOVQ(n, end)
	ANDQ(I32(-16), end)
	ADDQ(key, end)
	JMP(LabelRef("test"))
	Label("piece")
	xxh3MulFold(h, Mem{Base: at}, Mem{Base: secret})
	ADDQ(Imm(16), at)
	ADDQ(Imm(16), secret)
	Label("test")
	CMPQ(at, end)
	JNE(LabelRef("piece"))
	xxh3MulFold(h, Mem{Base: key, Index: n, Scale: 1, Disp: -16}, Mem{Base: l.consts, Disp: xxh3Secret + 240})
	l.avalanche(h)
	return h
}

// xxh3MulFold adds to h the folded product of 16 bytes, under 16 of the secret.
func xxh3MulFold(h GPVirtual, from, secret Mem) {
	other, low, high := GP64(), GP64(), GP64()
	MOVQ(from, RDX)
	XORQ(secret, RDX)
	MOVQ(from.Offset(8), other)
	XORQ(secret.Offset(8), other)
	MULXQ(other, low, high)
	XORQ(low, high)
	ADDQ(high, h)
}

func (l xxh3Loop) avalanche(h GPVirtual) {
	l.xorShift(h, 37)
	IMULQ(inMemory("xxh3PrimeMix1", xxh3PrimeMix1), h)
	l.xorShift(h, 32)
}
