package plan

import (
	"math"
	"math/bits"
)

// wide is a number of 128 bits. A load of 64 bits times a sum of weights, fewer than 2^56,
// is one, and so are sums of those over all places, since their loads together have 64 bits.
type wide struct{ hi, lo uint64 }

// times returns the product.
func times(a, b uint64) wide {
	hi, lo := bits.Mul64(a, b)
	return wide{hi, lo}
}

func (w wide) plus(v wide) wide {
	lo, carry := bits.Add64(w.lo, v.lo, 0)
	hi, _ := bits.Add64(w.hi, v.hi, carry)
	return wide{hi, lo}
}

// minus returns the difference, 0 if v is larger.
func (w wide) minus(v wide) wide {
	lo, borrow := bits.Sub64(w.lo, v.lo, 0)
	hi, borrow := bits.Sub64(w.hi, v.hi, borrow)
	if borrow != 0 {
		return wide{}
	}
	return wide{hi, lo}
}

func (w wide) less(v wide) bool { return w.hi < v.hi || w.hi == v.hi && w.lo < v.lo }

// over returns the quotient and what remains; a quotient of more than 64 bits is the
// largest that has 64.
func (w wide) over(divisor uint64) (quotient, rest uint64) {
	if w.hi >= divisor {
		return math.MaxUint64, 0
	}
	return bits.Div64(w.hi, w.lo, divisor)
}

// overUp is over, rounded up.
func (w wide) overUp(divisor uint64) uint64 {
	quotient, rest := w.over(divisor)
	if rest > 0 && quotient < math.MaxUint64 {
		quotient++
	}
	return quotient
}
