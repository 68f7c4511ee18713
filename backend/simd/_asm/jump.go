package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// jumpKeys is how many keys a call takes, at most.
const jumpKeys = 512

// jumpTogether is how many registers of keys take their steps together. What a
// step waits for is the bucket of the step before: the processor fills the time
// with the other register, and with the next keys.
const jumpTogether = 2

const lessThan = 1 // the predicate of VCMPPD

// jumpVector is what differs from one width of registers to another.
type jumpVector struct {
	lanes    int
	register func() VecVirtual
	constant jumpConstants
	start    func()                                     // loads what the others use
	advance  func(key VecVirtual)                       // key * factor + 1
	leap     func(bucket, quotient VecVirtual)          // (bucket + 1) * quotient
	floor    func(x VecVirtual)                         // rounds down
	follow   func(g jumpGroup, parts VecVirtual)        // bucket = next, where that is below parts
	going    func(g jumpGroup, parts VecVirtual) jumpOn // which keys that was
	words    func(bucket VecVirtual, to Mem)            // stores numbers below 2^31 as words
}

// jumpGroup is a register of keys: where each is, where it would go next, and
// which key of the call it is. A key whose next is not below parts is done.
type jumpGroup struct{ key, bucket, next, number VecVirtual }

// jumpOn is the keys of a group that go on.
type jumpOn struct {
	number GPVirtual                     // how many
	pack   func(from VecVirtual, to Mem) // stores their elements, one after the other
}

// jumpConstants are constants in every lane, in memory.
type jumpConstants struct{ factor, one, exponent, excess, two31, one64, numbers Mem }

func newJumpConstants(name string, lanes int) jumpConstants {
	data := GLOBL(name, RODATA|NOPTR)
	size := 0
	each := func(n int, value func(i int) uint64) Mem {
		first := data.Offset(size)
		for i := range n {
			DATA(size, U64(value(i)))
			size += 8
		}
		return first
	}
	all := func(value uint64) Mem { return each(lanes, func(int) uint64 { return value }) }
	return jumpConstants{
		factor: all(2862933555777941757),
		one:    all(1),
		// A number below 2^52 becomes a double by these bits of exponent above it,
		// and what they add taken off: less 1, for the divisor is one more.
		exponent: all(0x433 << 52),
		excess:   all(math.Float64bits(1<<52 - 1)),
		two31:    all(math.Float64bits(1 << 31)),
		one64:    all(math.Float64bits(1)),
		numbers:  each(lanes*jumpTogether, func(i int) uint64 { return uint64(i) }),
	}
}

// jump writes the kernel of a width.
//
// A key takes ln(parts) steps and a half, give or take some. Were the lanes of a
// group to wait for its slowest key, they would be idle for a third of the time. So
// all keys take the same number of steps, with nothing to branch on; those that
// have to go on are packed into a list, and the list is run through again and
// again, until it is empty. (1000 parts, AVX2, on a Zen 4: 4.5 ns a key; 5.6 ns if
// lanes wait.)
//
// All numbers are doubles: those below parts are exact. Next only grows, to
// infinity at worst, for the quotient is never less than 1: a key that is done
// stays so, and no mask has to be remembered.
func jump(name string, v jumpVector) {
	TEXT(name, 0, "func(dst *uint32, hashes *uint64, n int, fold uint64, parts float64, first, again int)")
	Pragma("noescape")
	step := v.lanes * jumpTogether
	Doc(fmt.Sprintf("%s writes the buckets of %d to %d hashes, each & fold. All take so many steps", name, step, jumpKeys),
		"first, and what is not done then, so many again and again.")
	column := 8 * (jumpKeys + step)
	list := AllocLocal(3*column + 4*step)
	keys, nexts, numbers, results := list, list.Offset(column), list.Offset(2*column), list.Offset(3*column)

	dst := Load(Param("dst"), GP64())
	hashes := Load(Param("hashes"), GP64())
	n := Load(Param("n"), GP64())
	fold, parts, two31 := v.register(), v.register(), v.register()
	VPBROADCASTQ(paramAddress("fold"), fold)
	VBROADCASTSD(paramAddress("parts"), parts)
	VMOVUPD(v.constant.two31, two31)
	v.start()

	groups := make([]jumpGroup, jumpTogether)
	for i := range groups {
		groups[i] = jumpGroup{v.register(), v.register(), v.register(), v.register()}
	}
	at, going := GP64(), GP64() // of this run through the keys, and of the list for the next
	XORQ(at, at)
	XORQ(going, going)
	steps := func(label, param string) {
		left := Load(Param(param), GP64())
		Label(label)
		for _, g := range groups {
			v.step(g, parts, two31)
		}
		DECQ(left)
		JNZ(LabelRef(label))
	}
	keep := func(g jumpGroup) {
		on := v.going(g, parts)
		on.pack(g.key, keys.Idx(going, 8))
		on.pack(g.next, nexts.Idx(going, 8))
		on.pack(g.number, numbers.Idx(going, 8))
		ADDQ(on.number, going)
	}

	Label("first")
	for i, g := range groups {
		VMOVUPD(Mem{Base: hashes, Index: at, Scale: 8, Disp: 8 * v.lanes * i}, g.key)
		VANDPD(fold, g.key, g.key)
		VXORPD(g.next.AsX(), g.next.AsX(), g.next.AsX())
		VXORPD(g.bucket.AsX(), g.bucket.AsX(), g.bucket.AsX())
	}
	steps("firstStep", "first")
	base := v.register()
	VMOVQ(at, base.AsX())
	VPBROADCASTQ(base.AsX(), base)
	for i, g := range groups {
		v.words(g.bucket, Mem{Base: dst, Index: at, Scale: 4, Disp: 4 * v.lanes * i})
		VPADDQ(v.constant.numbers.Offset(8*v.lanes*i), base, g.number)
		keep(g)
	}
	ADDQ(U32(step), at)
	left := GP64()
	MOVQ(n, left)
	SUBQ(at, left)
	JZ(LabelRef("again"))
	CMPQ(left, U32(step))
	JGE(LabelRef("first"))
	LEAQ(Mem{Base: n, Disp: -step}, at) // the last keys go with some that have gone before
	JMP(LabelRef("first"))

	Label("again")
	listed := GP64()
	MOVQ(going, listed)
	TESTQ(listed, listed)
	JZ(LabelRef("done"))
	// What the list lacks to whole groups are copies of its last key, which is
	// then computed more than once.
	for _, column := range []Mem{keys, nexts, numbers} {
		last := v.register()
		VBROADCASTSD(column.Idx(listed, 8).Offset(-8), last)
		for i := range jumpTogether {
			VMOVUPD(last, column.Idx(listed, 8).Offset(8*v.lanes*i))
		}
	}
	XORQ(at, at)
	XORQ(going, going)
	Label("group")
	for i, g := range groups {
		VMOVUPD(keys.Idx(at, 8).Offset(8*v.lanes*i), g.key)
		VMOVUPD(nexts.Idx(at, 8).Offset(8*v.lanes*i), g.next)
		VMOVUPD(g.next, g.bucket)
	}
	steps("againStep", "again")
	for i, g := range groups {
		v.words(g.bucket, results.Offset(4*v.lanes*i))
		VMOVUPD(numbers.Idx(at, 8).Offset(8*v.lanes*i), g.number)
	}
	for i := range step {
		number, part := GP64(), GP32()
		MOVQ(numbers.Idx(at, 8).Offset(8*i), number)
		MOVL(results.Offset(4*i), part)
		MOVL(part, Mem{Base: dst, Index: number, Scale: 4})
	}
	for _, g := range groups { // the new list lies in the old one, and is never ahead
		keep(g)
	}
	ADDQ(U32(step), at)
	CMPQ(at, listed)
	JLT(LabelRef("group"))
	JMP(LabelRef("again"))

	Label("done")
	VZEROUPPER()
	RET()
}

// paramAddress returns where a parameter lies.
func paramAddress(param string) Mem {
	component, err := Param(param).Resolve()
	if err != nil {
		panic(err)
	}
	return component.Addr
}

// step takes a group one step on.
func (v jumpVector) step(g jumpGroup, parts, two31 VecVirtual) {
	v.advance(g.key)
	divisor := v.register()
	VPSRLQ(Imm(33), g.key, divisor)
	VORPD(v.constant.exponent, divisor, divisor)
	VSUBPD(v.constant.excess, divisor, divisor)
	VDIVPD(divisor, two31, divisor)
	v.leap(g.next, divisor)
	v.floor(g.next)
	v.follow(g, parts)
}

// jumpAVX2 puts the product of 64 bits together from 32, and packs elements by a
// table of permutations.
func jumpAVX2() {
	const lanes = 4
	constant := newJumpConstants("jumpConstants256", lanes)
	factor, swapped, packs, packsAt := YMM(), YMM(), packPermutations("jumpPacks", lanes), GP64()
	jump("jumpAVX2", jumpVector{
		lanes:    lanes,
		register: func() VecVirtual { return YMM() },
		constant: constant,
		start: func() {
			VMOVUPD(constant.factor, factor)
			VPSHUFD(Imm(0xb1), factor, swapped) // low and high words change places
			LEAQ(packs, packsAt)
		},
		advance: func(key VecVirtual) {
			crossed, high := YMM(), YMM()
			VPMULLD(swapped, key, crossed)
			VPMULUDQ(factor, key, key)
			VPSLLQ(Imm(32), crossed, high)
			VPBLENDD(Imm(0x55), constant.one, crossed, crossed) // a high word, and the 1 that is added
			VPADDQ(high, key, key)
			VPADDQ(crossed, key, key)
		},
		leap: func(bucket, quotient VecVirtual) {
			VADDPD(constant.one64, bucket, bucket)
			VMULPD(quotient, bucket, bucket)
		},
		floor: func(x VecVirtual) { VROUNDPD(Imm(3), x, x) },
		follow: func(g jumpGroup, parts VecVirtual) {
			below := YMM()
			VCMPPD(Imm(lessThan), parts, g.next, below)
			VBLENDVPD(below, g.next, g.bucket, g.bucket)
		},
		going: func(g jumpGroup, parts VecVirtual) jumpOn {
			below, order, which, number := YMM(), YMM(), GP32(), GP64()
			VCMPPD(Imm(lessThan), parts, g.next, below)
			VMOVMSKPD(below, which)
			POPCNTL(which, number.As32())
			SHLL(Imm(5), which)
			VMOVUPD(Mem{Base: packsAt, Index: which.As64(), Scale: 1}, order)
			return jumpOn{number, func(from VecVirtual, to Mem) {
				packed := YMM()
				VPERMD(from, order, packed)
				VMOVUPD(packed, to)
			}}
		},
		words: func(bucket VecVirtual, to Mem) {
			words := XMM()
			VCVTTPD2DQY(bucket, words)
			VMOVUPD(words, to)
		},
	})
}

// packPermutations returns, for each set of lanes of 64 bits, the indices of words
// that bring them to the front.
func packPermutations(name string, lanes int) Mem {
	data := GLOBL(name, RODATA|NOPTR)
	for set := range 1 << lanes {
		at := 8 * lanes * set
		for lane := range lanes {
			if set>>lane&1 == 1 {
				DATA(at, U64(uint64(2*lane)|uint64(2*lane+1)<<32))
				at += 8
			}
		}
		for ; at < 8*lanes*(set+1); at += 8 {
			DATA(at, U64(0))
		}
	}
	return data
}
