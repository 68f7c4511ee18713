package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	rendezvousSignature = "func(dst *uint32, hashes *uint64, n int, fold uint64, points *uint64, members int)"
	rendezvousDoc       = " writes which member has the highest score for (hash & fold), without weights."
	scoreFactor         = 2685821657736338717
)

// rendezvousAVX2 scores eight hashes for each member, and keeps the highest scores
// and whose they are. Numbers are compared as if they had a sign: with the top bit
// flipped they are in the right order.
func rendezvousAVX2() {
	l := &lanes64{numbers64: numbers64{}, vectors: 2}
	kernel("rendezvousAVX2", rendezvousSignature, "rendezvousAVX2"+rendezvousDoc)
	fold := inEveryQuad("fold", 0)
	points, members := Load(Param("points"), GP64()), argument("members")
	reduceGroups(hashesAVX2, func(hashes, dst Mem) {
		first, second := loadHashes(hashes)
		keys := word{first, second}
		l.and(l.all(fold), keys)
		highest, best, member := l.new(), l.new(), YMM()
		VPXOR(member, member, member)
		l.move(l.num(1<<63), highest)
		l.move(l.all(member), best)
		at, left := GP64(), GP64()
		MOVQ(points, at)
		MOVQ(members, left)
		Label("member")
		point := YMM()
		VPBROADCASTQ(Mem{Base: at}, point)
		for i := range keys {
			one := &lanes64{numbers64: l.numbers64, vectors: 1}
			score, above := one.new(), YMM()
			VPXOR(point, keys[i], score[0])
			one.score(score)
			one.xor(one.num(1<<63), score)
			VPCMPGTQ(highest[i], score[0], above)
			VBLENDVPD(above, score[0], highest[i], highest[i])
			VBLENDVPD(above, member, best[i], best[i])
		}
		VPADDQ(l.numbers(1), member, member)
		ADDQ(Imm(8), at)
		DECQ(left)
		JNZ(LabelRef("member"))
		storeParts(pickWords(lowWords, best[0], best[1]), dst)
	})
}

// score makes scores of what a key's hash and a member's differ in.
func (l *lanes64) score(x word) {
	l.xorShift(12, x)
	l.xor(l.shl(25, x), x)
	l.xorShift(27, x)
	l.mul(scoreFactor, x)
}

// rendezvousAVX512 multiplies and compares in an instruction each, what
// rendezvousAVX2 takes seven for.
func rendezvousAVX512(numbers numbers64) {
	l := &lanes64{numbers64: numbers, vectors: 1, wide: true}
	kernel("rendezvousAVX512", rendezvousSignature, "rendezvousAVX512"+rendezvousDoc)
	fold := l.spread(Load(Param("fold"), GP64()))
	points, members := Load(Param("points"), GP64()), argument("members")
	l.hold(scoreFactor, 1)
	reduceGroups(8, func(hashes, dst Mem) {
		keys, highest, best, member := l.new(), l.new(), l.new(), l.new()
		VPANDQ(hashes, fold, keys[0])
		for _, zero := range []word{highest, best, member} {
			VPXORQ(zero[0], zero[0], zero[0])
		}
		at, left := GP64(), GP64()
		MOVQ(points, at)
		MOVQ(members, left)
		Label("member")
		score, above := l.new(), K()
		VPXORQ_BCST(Mem{Base: at}, keys[0], score[0])
		l.score(score)
		VPCMPUQ(Imm(6), highest[0], score[0], above)
		VPMAXUQ(score[0], highest[0], highest[0])
		VMOVDQA64(member[0], above, best[0])
		l.add(l.num(1), member)
		ADDQ(Imm(8), at)
		DECQ(left)
		JNZ(LabelRef("member"))
		VPMOVQD(best[0], dst)
	})
}

// ringAVX512 searches eight hashes side by side. All halve what is left of the ring
// alike, so that its length is one number, and the places gathered differ only in
// their beginning.
func ringAVX512(numbers numbers64) {
	l := &lanes64{numbers64: numbers, vectors: 2, wide: true}
	kernel("ringAVX512", "func(dst *uint32, hashes *uint64, n int, fold uint64, points *uint64, owners *uint32, size int)",
		"ringAVX512 writes the owner of the first point that is not below (hash & fold), or of the first of all.")
	fold := l.spread(Load(Param("fold"), GP64()))
	points, owners := Load(Param("points"), GP64()), Load(Param("owners"), GP64())
	size := Load(Param("size"), GP64())
	all := l.spread(size)
	l.hold(1)
	reduceGroups(l.group(), func(hashes, dst Mem) {
		keys, below := l.new(), l.new()
		for i := range keys {
			VPANDQ(hashes.Offset(64*i), fold, keys[i])
			VPXORQ(below[i], below[i], below[i]) // how many points are known to be
		}
		// gather marks where the point at a place is below the hash.
		gather := func(i int, base Mem) Register {
			point, lanes, less := ZMM(), K(), K()
			KXNORW(lanes, lanes, lanes)
			base.Index, base.Scale = below.register(i), 8
			VPGATHERQQ(base, lanes, point)
			VPCMPUQ(Imm(1), keys[i], point, less)
			return less
		}
		left, half, at := GP64(), GP64(), GP64()
		MOVQ(size, left)
		JMP(LabelRef("halves"))
		Label("half")
		MOVQ(left, half)
		SHRQ(Imm(1), half)
		SUBQ(half, left)
		LEAQ(Mem{Base: points, Index: half, Scale: 8, Disp: -8}, at)
		step := l.spread(half)
		for i := range keys {
			less := gather(i, Mem{Base: at})
			VPADDQ(step, below[i], less, below[i])
		}
		Label("halves")
		CMPQ(left, Imm(1))
		JA(LabelRef("half"))
		for i := range keys {
			less := gather(i, Mem{Base: points})
			VPADDQ(l.num(1)[0], below[i], less, below[i])
			first, lanes, parts := K(), K(), YMM()
			VPCMPEQQ(all, below[i], first)
			VPXORQ(below[i], below[i], first, below[i])
			KXNORW(lanes, lanes, lanes)
			VPGATHERQD(Mem{Base: owners, Index: below.register(i), Scale: 4}, lanes, parts)
			VMOVDQU(parts, dst.Offset(32*i))
		}
	})
}
