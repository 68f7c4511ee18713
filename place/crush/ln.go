package crush

import (
	"math/bits"
	"sync"
)

// logs are the tables of crush_ln, the logarithm of straw2 in integers.
//
// A number from 2^15 to 2^16 is split into its high 8 bits, i = 0..128, and what
// remains when it is divided by those: 1 + k/2^15. Each part has its logarithm in a
// table, in units of 2^-48.
type logs struct {
	reciprocal [129]uint64 // 2^48 / (1 + i/128), rounded up
	high       [129]uint64 // log2(1 + i/128), rounded down
	low        [256]uint64 // log2(1 + k/2^15), rounded down and then raised, see makeLogs
}

// tables are made when the first map is read: that takes a millisecond.
var tables = sync.OnceValue(makeLogs)

// one is the number 1 in units of 2^-48.
const one = 1 << 48

// raised is by how much an entry of low is raised at most: about 0.44 of the step
// from an entry to the next.
const raised = 0x147700000

// makeLogs computes the tables that stand as data in Ceph's
// src/crush/crush_ln_table.h. What its comments say of the low table, 2^48 *
// log2(1 + k/2^15), is so for few entries only. This is the rule behind all of
// them: k has lost its fraction, so log2 of a number would come out too low. An
// entry is therefore raised until all numbers with that k have the right first 12 bits
// behind the point, but by no more than raised. The first two are not.
func makeLogs() *logs {
	t := new(logs)
	for i := range uint64(129) {
		t.reciprocal[i] = (one*128 + 127 + i) / (128 + i)
		if i < 128 {
			t.high[i] = log2((128+i)<<56, 48)
		}
	}
	t.high[128] = one - 1<<32 // as it stands in Ceph: the logarithm would be one
	var plain [256]uint64
	for k := range uint64(256) {
		plain[k] = log2((1<<15+k)<<48, 48)
	}
	t.low = plain
	for x := uint64(1 << 15); x < 1<<16; x++ {
		i, k := t.split(x)
		if right := log2(x<<48, 12) << 36; k >= 2 && right > t.high[i] {
			t.low[k] = max(t.low[k], min(right-t.high[i], plain[k]+raised))
		}
	}
	return t
}

// log2 returns the logarithm of a number from 1 to below 2, in units of 2^-63, rounded
// down to so many bits behind the point: each squaring gives the next.
func log2(number uint64, places int) (result uint64) {
	for range places {
		hi, lo := bits.Mul64(number, number)
		result <<= 1
		if hi>>63 != 0 {
			number = hi
			result++
		} else {
			number = hi<<1 | lo>>63
		}
	}
	return result
}

// split returns the two parts of a number from 2^15 to 2^16.
func (t *logs) split(x uint64) (i, k uint64) {
	i = x>>8 - 128
	return i, x * t.reciprocal[i] >> 48 & 255
}

// draw returns 2^44 * (16 - log2(u+1)) for u of 16 bits: 2^48 less crush_ln, a
// number from 0 to 2^48 that is distributed exponentially if u is uniform.
func (t *logs) draw(u uint32) uint64 {
	x := uint64(u) + 1
	shift := 0
	if x < 1<<15 {
		shift = 16 - bits.Len64(x)
		x <<= shift
	}
	i, k := t.split(x)
	return one - uint64(15-shift)<<44 - (t.high[i]+t.low[k])>>4
}
