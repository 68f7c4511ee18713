package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// xxh64Loop hashes keys of any length.
func xxh64Loop() sum64 {
	x := new(xxh64Any)
	return sum64{
		name:    "xxh64",
		numbers: []uint64{prime64x1, prime64x2, prime64x3, prime64x4, prime64x5},
		start: func(seed, _ Register) []Register {
			h := GP64()
			MOVQ(U64(prime64x5), h)
			ADDQ(seed, h)
			return []Register{h, seed}
		},
		begin: func(k *loop64) { x.h = k.set(k.seeds[0]) },
		long:  x.long,
		hash:  x.hash,
	}
}

// xxh64Any has the hashes of a group of keys. Stripes of 32 bytes have four words
// that are hashed apart from each other: there a vector has the words of one key, or
// of two with AVX-512, which come in one load. What follows has a key a lane.
type xxh64Any struct{ h word }

func (x *xxh64Any) long(k *loop64) {
	// One vector of keys at a time: four sums are enough to keep the processor busy.
	words := [4]word{}
	for i := range k.vectors {
		for j, sum := range k.transpose(x.stripes(k, i)) {
			words[j] = append(words[j], k.spillFew(sum))
		}
	}
	h := xxh64Merge(k, words[:])
	if k.uniform {
		k.put(nil, h, x.h)
		return
	}
	k.put(k.more(k.set(k.size.lanes), k.num(31)), h, x.h)
	k.behindStripes()
}

// stripes returns the sums of the stripes of the keys of vector i: of key j, with
// AVX-512 of key j+4 too.
func (x *xxh64Any) stripes(k *loop64, i int) (sums [4]Op) {
	for j := range sums {
		sums[j] = k.vector()
		k.moveVector(k.seeds[1][0], sums[j])
		VPADDQ(x.starts(k), sums[j], sums[j])
	}
	stripe, end := fmt.Sprint("stripe", i), fmt.Sprint("stripesEnd", i)
	stripes := GP64()
	if k.uniform {
		MOVQ(k.width, stripes)
	} else {
		MOVQ(k.most(k.set(k.size.lanes)[i]), stripes)
	}
	k.rewind()
	SHRQ(Imm(5), stripes)
	JZ(LabelRef(end))
	has, next := x.counts(k, i)
	Label(stripe)
	for j, sum := range sums {
		mask, words := has(j), k.stripe(k.lanes()*i+j)
		k.multiply(prime64x2, words, words)
		VPADDQ(sum, words, words)
		k.rotate(31, words, words)
		k.putProduct(mask, prime64x1, word{words}, word{sum})
	}
	next()
	k.forward(32, k.lanes())
	DECQ(stripes)
	JNZ(LabelRef(stripe))
	Label(end)
	return sums
}

// starts is what the seed is added to.
func (x *xxh64Any) starts(k *loop64) Mem {
	starts := xxh64Starts()
	if k.wide {
		starts = append(starts, starts...)
	}
	return k.memory("stripeStarts", starts...)
}

// counts returns a function that returns the mask of the words of the keys that
// have the stripe, and one that goes on to the next.
func (x *xxh64Any) counts(k *loop64, i int) (has func(j int) word, next func()) {
	if k.uniform {
		return func(int) word { return nil }, func() {}
	}
	all, number := k.vector(), k.vector()
	k.moveVector(k.size.lanes[i], all)
	VPSRLQ(Imm(5), all, all)
	k.xor(word{number}, word{number})
	next = func() { VPADDQ(k.num(1)[0], number, number) }
	if !k.wide {
		counts := k.spill(all).(Mem)
		return func(j int) word {
			y := YMM()
			VPBROADCASTQ(counts.Offset(8*j), y)
			return word{k.greater(y, number)}
		}, next
	}
	var counts [4]Op
	for j := range counts {
		counts[j] = ZMM()
		VPERMQ(Imm(uint64(0x55*j)), all, counts[j])
	}
	return func(j int) word { return word{k.greater(counts[j], number)} }, next
}

// stripe loads 32 bytes of key i, with AVX-512 of key i+4 too.
func (k *loop64) stripe(i int) Op {
	v := k.vector()
	if !k.wide {
		VMOVDQU(k.key(i), v)
		return v
	}
	VBROADCASTI64X4(k.key(i), v)
	other := YMM()
	VMOVDQU64(k.key(i+4), other)
	VINSERTI64X4(Imm(1), other, v, v)
	return v
}

// behindStripes moves the keys' places behind their stripes.
func (k *loop64) behindStripes() {
	places := AllocLocal(4 * k.lanes64.group())
	for i := range k.vectors {
		at := 4 * k.lanes() * i
		if k.wide {
			y := YMM()
			VMOVDQU32(Mem{Base: k.end, Disp: at}, y)
			VPSUBD(Mem{Base: k.start, Disp: at}, y, y)
			VPSRLD(Imm(5), y, y)
			VPSLLD(Imm(5), y, y)
			VPADDD(Mem{Base: k.start, Disp: at}, y, y)
			VMOVDQU32(y, places.Offset(at))
			continue
		}
		x := XMM()
		VMOVDQU(Mem{Base: k.end, Disp: at}, x)
		VPSUBD(Mem{Base: k.start, Disp: at}, x, x)
		VPSRLD(Imm(5), x, x)
		VPSLLD(Imm(5), x, x)
		VPADDD(Mem{Base: k.start, Disp: at}, x, x)
		VMOVDQU(x, places.Offset(at))
	}
	LEAQ(places, k.from)
	MOVQ(k.data, k.at[0])
}

// transpose turns vectors of four words of a key into vectors of one word of all.
func (k *loop64) transpose(keys [4]Op) (words [4]Op) {
	for i := range 2 {
		var halves [2]Op
		for j := range halves {
			halves[j] = k.vector()
			if i == 0 {
				VPUNPCKLQDQ(keys[2*j+1], keys[2*j], halves[j])
			} else {
				VPUNPCKHQDQ(keys[2*j+1], keys[2*j], halves[j])
			}
		}
		first, second := k.vector(), k.vector()
		if k.wide {
			VMOVDQU64(k.memory("evenQuarters", 0, 1, 8, 9, 4, 5, 12, 13), first)
			VMOVDQU64(k.memory("oddQuarters", 2, 3, 10, 11, 6, 7, 14, 15), second)
			VPERMI2Q(halves[1], halves[0], first)
			VPERMI2Q(halves[1], halves[0], second)
		} else {
			VPERM2I128(Imm(0x20), halves[1], halves[0], first)
			VPERM2I128(Imm(0x31), halves[1], halves[0], second)
		}
		words[i], words[i+2] = first, second
	}
	return words
}

func (x *xxh64Any) hash(k *loop64) word {
	k.add(k.size.lanes, x.h)
	rest := k.low(k.size, 31)
	tail := x.words(k, rest)

	mask := k.ifBit(2, rest, "bytes")
	half := k.set(k.num(1<<32 - 1))
	k.and(tail, half)
	k.mulShort(prime64x1, half)
	k.xor(x.h, half)
	k.rotl(23, half)
	k.mul(prime64x2, half)
	k.putSum(mask, k.num(prime64x3), half, x.h)
	k.put(mask, k.shr(32, tail), tail)

	Label("bytes")
	rest = k.low(rest, 3)
	for i := range 3 {
		mask := k.ifMore(rest, uint64(i), "avalanche")
		octet := k.set(k.num(255))
		k.and(tail, octet)
		k.mulShort(prime64x5, octet)
		k.xor(x.h, octet)
		k.rotl(11, octet)
		k.putProduct(mask, prime64x1, octet, x.h)
		for i := range tail {
			VPSRLQ(Imm(8), tail[i], tail[i])
		}
	}
	Label("avalanche")
	xxh64Avalanche(k, x.h)
	return x.h
}

// words mixes up to three words into h and returns what is behind them.
func (x *xxh64Any) words(k *loop64, rest count) word {
	first, second, tail := k.new(), k.new(), k.new()
	k.pair(0, first, second)
	k.put(nil, first, tail)
	for i := range 3 {
		mask := k.ifMore(rest, uint64(8*i+7), "tail")
		xxh64Round(k, first)
		k.xor(x.h, first)
		k.rotl(27, first)
		k.mul(prime64x1, first)
		k.putSum(mask, k.num(prime64x4), first, x.h)
		if i == 1 {
			k.pair(16, first, second)
		} else {
			first, second = second, first
		}
		k.put(mask, first, tail)
	}
	Label("tail")
	return tail
}
