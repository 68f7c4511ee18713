package place

import (
	"math/bits"
	"sync"
)

// Best returns the member of a rendezvous with the highest score for a hash; of equal ones the
// first. Without weights the score
// is [Score]. With weights, member i has the
// lowest Surprise(score) / weight, which gives it weight/total of the keys.
//
// Sources: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit
// Rates", 1998 (rendezvous hashing); Schindelhauer and Schomaker, "Weighted
// Distributed Hash Tables", 2005 (the logarithmic method).
func (t *Table) Best(h uint64) uint32 {
	if t.weights == nil {
		best, highest := 0, uint64(0)
		for i, p := range t.points {
			if score := Score(h, p); score > highest {
				best, highest = i, score
			}
		}
		return uint32(best)
	}
	best, least := 0, Surprise(Score(h, t.points[0]))
	for i, p := range t.points {
		surprise := Surprise(Score(h, p))
		// surprise/weight[i] < least/weight[best], without a division.
		hi, lo := bits.Mul64(surprise, uint64(t.weights[best]))
		bestHi, bestLo := bits.Mul64(least, uint64(t.weights[i]))
		if hi < bestHi || hi == bestHi && lo < bestLo {
			best, least = i, surprise
		}
	}
	return uint32(best)
}

// Score mixes the hash of a key with that of a member: Marsaglia's xorshift,
// then Vigna's multiplier.
//
// Source: github.com/dgryski/go-rendezvous.
func Score(key, member uint64) uint64 {
	x := key ^ member
	x ^= x >> 12
	x ^= x << 25
	x ^= x >> 27
	return x * 2685821657736338717
}

// SurpriseBits is how many bits of a [Surprise] are behind the point.
const SurpriseBits = 57

// Surprise returns -log2((score+1) / 2^64), from 0 to 64, in fixed point with
// [SurpriseBits] bits behind the point, to within 2^-54. It is made of integers
// only, so that each backend has the same bits: a logarithm in floating point
// differs in its last place from library to library, and with it the winner of a
// close race.
func Surprise(score uint64) uint64 {
	x := score + 1
	if x == 0 {
		return 0
	}
	zeros := bits.LeadingZeros64(x)
	x <<= zeros // 1 <= x/2^63 < 2
	t := &logarithms()[x<<1>>56]
	// x/2^63 = c * (1+r), where c has 8 bits behind the point: r is below 2^-8.
	r, _ := bits.Mul64(x<<9, t.inverse) // r * 2^71: what x<<9 loses are the 9 bits of c
	r >>= 7
	p := high(r, oneSixth)
	for _, term := range []uint64{oneFifth, oneFourth, oneThird, oneHalf} {
		p = high(r, term-p)
	}
	ln := r - high(r, p) // the series of the logarithm to the sixth term
	return uint64(1+zeros)<<SurpriseBits - t.log - (ln+high(ln, overLn2))>>(64-SurpriseBits)
}

// Fractions of 2^64.
const (
	oneHalf   = 1 << 63
	oneThird  = 0x5555555555555555
	oneFourth = 1 << 62
	oneFifth  = 0x3333333333333333
	oneSixth  = 0x2aaaaaaaaaaaaaaa
	overLn2   = 0x71547652b82fe177 // 1/ln(2) - 1
)

func high(a, b uint64) uint64 {
	hi, _ := bits.Mul64(a, b)
	return hi
}

// logarithm is that of c = 1 + i/256.
type logarithm struct {
	inverse uint64 // 2^63 / c
	log     uint64 // log2(c), SurpriseBits behind the point
}

// logarithms are made by squaring: log2 of a square is twice that of its root,
// so each squaring brings the next bit. A rounding error of step k counts 2^-k.
var logarithms = sync.OnceValue(func() *[256]logarithm {
	var all [256]logarithm
	for i := range all {
		c := uint64(256+i) << 55
		all[i].inverse, _ = bits.Div64(1<<62, 0, c)
		for range SurpriseBits {
			hi, lo := bits.Mul64(c, c) // c*c * 2^126
			all[i].log <<= 1
			if hi >= 1<<63 {
				all[i].log |= 1
				c = hi
			} else {
				c = hi<<1 | lo>>63
			}
		}
	}
	return &all
})

// SurpriseTable returns what [Surprise] looks up, for backends that compute it
// elsewhere: for each c = 1 + i/256 the words 2^63/c and log2(c).
func SurpriseTable() (words [512]uint64) {
	for i, l := range logarithms() {
		words[2*i], words[2*i+1] = l.inverse, l.log
	}
	return words
}
