package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// With AVX-512 eight products of 128 bits cost no more than two of scalar
// instructions, so that the vectors hash alone. Keys that are fetched through a list
// pay for that instead: a batch of them is first copied, by scalar loads and stores,
// to where vectors find one word of eight keys after the other; then hashed; then
// the hashes are put where they belong. Each of these loops waits for nothing. From
// 33 bytes on, copying costs more than the vectors save: scalar loops hash those.
func xxh3z() {
	xxh3Fixed8Z()
	xxh3Fixed16Z()
	for pairs := 1; pairs <= 4; pairs++ {
		xxh3StridedPairsZ(pairs)
	}
	xxh3Batch4to8Z()
	xxh3Batch9to16Z()
	xxh3Batch17to32Z()
}

// xxh3BatchKeys is the most keys of a batch: the constant of that name in Go.
const xxh3BatchKeys = 64

// Where a batch has what, in its memory: the sizes of the keys, the hashes, and then
// the words or pieces, each of all keys.
const (
	xxh3BatchSizes  = 0
	xxh3BatchHashes = 8 * xxh3BatchKeys
	xxh3BatchWords  = 16 * xxh3BatchKeys
)

// vectors64 are the constants that eight lanes of 64 bits take.
type vectors64 struct{ low32, prime VecVirtual }

func constantsZ(prime uint64) vectors64 {
	return vectors64{broadcastZ(constant(1<<32 - 1)), broadcastZ(constant(prime))}
}

func broadcastZ(n Register) VecVirtual {
	v := ZMM()
	VPBROADCASTQ(n, v)
	return v
}

func (v vectors64) mulFold(a, b VecVirtual) VecVirtual {
	aHigh, bHigh, low, mid1, mid2, high := ZMM(), ZMM(), ZMM(), ZMM(), ZMM(), ZMM()
	VPSRLQ(Imm(32), a, aHigh)
	VPSRLQ(Imm(32), b, bHigh)
	VPMULUDQ(b, a, low)
	VPMULUDQ(b, aHigh, mid1)
	VPMULUDQ(bHigh, a, mid2)
	VPMULUDQ(bHigh, aHigh, high)
	t := ZMM()
	VPSRLQ(Imm(32), low, low)
	VPADDQ(low, mid1, mid1)
	VPANDQ(v.low32, mid1, t)
	VPADDQ(t, mid2, mid2)
	VPSRLQ(Imm(32), mid1, mid1)
	VPADDQ(mid1, high, high)
	VPSRLQ(Imm(32), mid2, mid2)
	VPADDQ(mid2, high, high)
	VPMULLQ(b, a, low)
	VPXORQ(low, high, high)
	return high
}

func (v vectors64) avalanche(h VecVirtual) {
	t := ZMM()
	VPSRLQ(Imm(37), h, t)
	VPXORQ(t, h, h)
	VPMULLQ(v.prime, h, h)
	VPSRLQ(Imm(32), h, t)
	VPXORQ(t, h, h)
}

// mix4to8 hashes words whose halves have changed places.
func (v vectors64) mix4to8(h, flip, n VecVirtual) {
	VPXORQ(flip, h, h)
	a, b := ZMM(), ZMM()
	VPROLQ(Imm(49), h, a)
	VPROLQ(Imm(24), h, b)
	VPTERNLOGQ(Imm(0x96), a, b, h) // the xor of all three
	VPMULLQ(v.prime, h, h)
	VPSRLQ(Imm(35), h, a)
	VPADDQ(n, a, a)
	VPXORQ(a, h, h)
	VPMULLQ(v.prime, h, h)
	VPSRLQ(Imm(28), h, a)
	VPXORQ(a, h, h)
}

// mix9to16 hashes first and last words, under the secret.
func (v vectors64) mix9to16(lo, hi, n, swap VecVirtual) VecVirtual {
	h := ZMM()
	VPSHUFB(swap, lo, h)
	VPADDQ(hi, h, h)
	VPADDQ(n, h, h)
	VPADDQ(v.mulFold(lo, hi), h, h)
	v.avalanche(h)
	return h
}

func xxh3Fixed8Z() {
	kernel("xxh3Fixed8Z", "func(dst *uint64, data *byte, groups int, flip uint64)",
		"xxh3Fixed8Z hashes eight keys of 8 bytes a group.")
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups := Load(Param("groups"), GP64())
	flip, eight := broadcastZ(Load(Param("flip"), GP64())), broadcastZ(constant(8))
	v := constantsZ(xxh3PrimeMix2)
	Label("group")
	h := ZMM()
	VPROLQ(Imm(32), Mem{Base: data}, h)
	v.mix4to8(h, flip, eight)
	VMOVDQU64(h, Mem{Base: dst})
	ADDQ(Imm(64), data)
	ADDQ(Imm(64), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// xxh3Fixed16Z hashes eight keys of a group by vectors and four by scalar
// instructions: by vectors alone it would not keep up with memory.
func xxh3Fixed16Z() {
	kernel("xxh3Fixed16Z", "func(dst *uint64, data *byte, groups int, lo uint64, hi uint64)",
		"xxh3Fixed16Z hashes twelve keys of 16 bytes a group.")
	dst, data := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups := Load(Param("groups"), GP64())
	lo1, hi1 := Load(Param("lo"), GP64()), Load(Param("hi"), GP64())
	flipLo, flipHi := broadcastZ(lo1), broadcastZ(hi1)
	width, v, swap, evens, odds := broadcastZ(constant(16)), constantsZ(xxh3PrimeMix1), ZMM(), ZMM(), ZMM()
	VBROADCASTI32X4(swapBytes(), swap)
	l := newXXH3Loop(nil, 37, 32)
	VMOVDQU64(inMemory("evens", 0, 2, 4, 6, 8, 10, 12, 14), evens)
	VMOVDQU64(inMemory("odds", 1, 3, 5, 7, 9, 11, 13, 15), odds)
	Label("group")
	lo, hi := ZMM(), ZMM()
	first, second := ZMM(), ZMM()
	VMOVDQU64(Mem{Base: data}, first)
	VMOVDQU64(Mem{Base: data, Disp: 64}, second)
	VMOVDQA64(evens, lo)
	VPERMI2Q(second, first, lo)
	VMOVDQA64(odds, hi)
	VPERMI2Q(second, first, hi)
	VPXORQ(flipLo, lo, lo)
	VPXORQ(flipHi, hi, hi)
	VMOVDQU64(v.mix9to16(lo, hi, width, swap), Mem{Base: dst})
	for i := range 3 { // the processor's own prefetcher keeps behind
		PREFETCHT0(Mem{Base: data, Disp: 8192 + 64*i})
	}
	for i := 8; i < 12; i++ {
		l.scalar16(Mem{Base: dst, Disp: 8 * i}, Mem{Base: data, Disp: 16 * i}, lo1, hi1)
	}
	ADDQ(I32(12*16), data)
	ADDQ(Imm(12*8), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// unpacked is the order that the keys 0 4 1 5 2 6 3 7 are put in.
func unpacked() Mem { return inMemory("unpacked", 0, 2, 4, 6, 1, 3, 5, 7) }

// pairSums adds up the folded products of the pieces of eight keys, which load
// brings: four keys to a vector. The sums are in the order of the keys 0 4 1 5 2 6 3 7.
func (v vectors64) pairSums(pairs int, consts Register, load func(piece int) (first, second VecVirtual)) VecVirtual {
	var sum VecVirtual
	for piece := range 2 * pairs {
		first, second := load(piece)
		lo, hi := ZMM(), ZMM()
		VPUNPCKLQDQ(second, first, lo)
		VPUNPCKHQDQ(second, first, hi)
		VPXORQ_BCST(Mem{Base: consts, Disp: xxh3Secret + 16*piece}, lo, lo)
		VPXORQ_BCST(Mem{Base: consts, Disp: xxh3Secret + 16*piece + 8}, hi, hi)
		product := v.mulFold(lo, hi)
		if sum == nil {
			sum = product
			continue
		}
		VPADDQ(product, sum, sum)
	}
	return sum
}

// xxh3StridedPairsZ hashes keys of one width.
func xxh3StridedPairsZ(pairs int) {
	name := "xxh3Strided" + xxh3Classes[pairs+2].name + "Z"
	kernel(name, "func(dst *uint64, data *byte, groups int, width int, consts *uint64)",
		name+" hashes eight keys of one width a group.")
	dst, key := Load(Param("dst"), GP64()), Load(Param("data"), GP64())
	groups, width := Load(Param("groups"), GP64()), Load(Param("width"), GP64())
	consts := Load(Param("consts"), GP64())
	v, sorted, start := constantsZ(xxh3PrimeMix1), ZMM(), broadcastZ(width)
	VMOVDQU64(unpacked(), sorted)
	VPMULLQ(broadcastZ(constant(xxh64Prime1)), start, start)
	three, five, seven := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: width, Index: width, Scale: 2}, three)
	LEAQ(Mem{Base: width, Index: width, Scale: 4}, five)
	LEAQ(Mem{Base: three, Index: width, Scale: 4}, seven)
	// at is byte disp of key i behind base.
	at := func(base Register, i, disp int) Mem {
		m := Mem{Base: base, Disp: disp}
		switch i {
		case 1, 2, 4:
			m.Index, m.Scale = width, uint8(i)
		case 3, 6:
			m.Index, m.Scale = three, uint8(i/3)
		case 5:
			m.Index, m.Scale = five, 1
		case 7:
			m.Index, m.Scale = seven, 1
		}
		return m
	}
	end := GP64()
	Label("group")
	LEAQ(Mem{Base: key, Index: width, Scale: 1}, end)
	sum := v.pairSums(pairs, consts, func(piece int) (first, second VecVirtual) {
		base, disp := Register(key), 8*piece
		if piece%2 == 1 {
			base, disp = end, -8*(piece+1)
		}
		four := func(from int) VecVirtual {
			z := ZMM()
			VBROADCASTI32X4(at(base, from, disp), z)
			for i := 1; i < 4; i++ {
				VINSERTI32X4(Imm(uint64(i)), at(base, from+i, disp), z, z)
			}
			return z
		}
		return four(0), four(4)
	})
	VPERMQ(sum, sorted, sum)
	VPADDQ(start, sum, sum)
	v.avalanche(sum)
	VMOVDQU64(sum, Mem{Base: dst})
	LEAQ(Mem{Base: key, Index: width, Scale: 8}, key)
	ADDQ(Imm(64), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}
