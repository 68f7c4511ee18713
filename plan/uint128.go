package plan

import (
	"math"
	"math/bits"
)

// uint128 is a number of 128 bits. A load of 64 bits times a sum of weights, fewer than 2^63,
// is one, and so are sums of those over all places, since their loads together have 64 bits.
type uint128 struct{ hi, lo uint64 }

// times returns the product.
func times(a, b uint64) uint128 {
	hi, lo := bits.Mul64(a, b)
	return uint128{hi, lo}
}

func (a uint128) plus(b uint128) uint128 {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	hi, _ := bits.Add64(a.hi, b.hi, carry)
	return uint128{hi, lo}
}

// minus returns the difference, 0 if b is larger.
func (a uint128) minus(b uint128) uint128 {
	lo, borrow := bits.Sub64(a.lo, b.lo, 0)
	hi, borrow := bits.Sub64(a.hi, b.hi, borrow)
	if borrow != 0 {
		return uint128{}
	}
	return uint128{hi, lo}
}

func (a uint128) less(b uint128) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

// over returns the quotient and what remains; a quotient of more than 64 bits is the
// largest that has 64.
func (a uint128) over(divisor uint64) (quotient, rest uint64) {
	if a.hi >= divisor {
		return math.MaxUint64, 0
	}
	return bits.Div64(a.hi, a.lo, divisor)
}

// overUp is over, rounded up.
func (a uint128) overUp(divisor uint64) uint64 {
	quotient, rest := a.over(divisor)
	if rest > 0 && quotient < math.MaxUint64 {
		quotient++
	}
	return quotient
}
