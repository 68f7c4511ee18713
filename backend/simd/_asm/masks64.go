package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// more returns the mask of the lanes where x > y. Both are below 2^63.
func (l *lanes64) more(x, y word) word {
	return l.each(func(i int) Op { return l.greater(x[i], y[i]) })
}

func (l *lanes64) greater(x, y Op) Op {
	if l.wide {
		k := K()
		VPCMPGTQ(y, x, k)
		return k
	}
	v := YMM()
	VPCMPGTQ(y, x, v)
	return v
}

// bit returns the mask of the lanes where a bit of x is set.
func (l *lanes64) bit(n uint64, x word) word {
	if !l.wide {
		return l.shl(63-n, x) // put and any look at top bits only
	}
	return l.each(func(i int) Op {
		k := K()
		VPTESTMQ(l.num(1 << n)[i], x[i], k)
		return k
	})
}

// any sets the zero flag if no lane is in the mask.
func (l *lanes64) any(mask word) {
	if l.wide {
		KORTESTB(mask[0], mask[len(mask)-1])
		return
	}
	lanes := mask[0]
	if len(mask) > 1 {
		lanes = YMM()
		VPOR(mask[0], mask[1], lanes)
	}
	bits := GP32()
	VMOVMSKPD(lanes, bits)
	TESTL(bits, bits)
}

// put puts x into the lanes of the mask; no mask is all of them.
func (l *lanes64) put(mask, x, to word) {
	for i := range to {
		switch {
		case mask == nil:
			l.moveVector(x[i], to[i])
		case l.wide:
			VMOVDQA64(x[i], mask[i], to[i])
		default:
			VBLENDVPD(mask[i], x[i], to[i], to[i])
		}
	}
}

// putSum puts x + y, which y becomes.
func (l *lanes64) putSum(mask, x, y, to word) {
	if !l.wide || mask == nil {
		l.add(x, y)
		l.put(mask, y, to)
		return
	}
	for i := range to {
		VPADDQ(x[i], y[i], mask[i], to[i])
	}
}

// putProduct puts n * x, which x becomes.
func (l *lanes64) putProduct(mask word, n uint64, x, to word) {
	if !l.wide || mask == nil {
		l.mul(n, x)
		l.put(mask, x, to)
		return
	}
	for i := range to {
		VPMULLQ(l.num(n)[i], x[i], mask[i], to[i])
	}
}

// most returns the largest lane of a vector, all of which are below 2^32.
func (l *lanes64) most(x Op) GPVirtual {
	y, t, most := YMM(), XMM(), GP64()
	if l.wide {
		VEXTRACTI64X4(Imm(1), x, y)
		VPMAXUD(x.(VecVirtual).AsY(), y, y)
		VEXTRACTI64X2(Imm(1), y, t)
	} else {
		VMOVDQA(x, y)
		VEXTRACTI128(Imm(1), x, t)
	}
	VPMAXUD(y.AsX(), t, t)
	VPSHUFD(Imm(0x4e), t, y.AsX())
	VPMAXUD(y.AsX(), t, t)
	VMOVD(t, most.As32())
	return most
}
