package crush

import "math/bits"

// drawOf returns the draw of an item of that weight. The quotient of a number
// below 2^49 by the weight is (number << 15) * inverse >> 64 >> shift, exactly:
// Granlund, Montgomery: Division by Invariant Integers using Multiplication, 1994.
func drawOf(id int32, weight uint32) draw {
	if weight == 0 {
		return draw{id: id}
	}
	shift := bits.Len32(weight - 1) // so that weight <= 1<<shift
	// inverse = 2^(49+shift) / weight, rounded up: up to 2^50.
	hi, lo := uint64(0), uint64(1)<<(49+shift)
	if shift >= 15 {
		hi, lo = 1<<(shift-15), 0
	}
	inverse, rest := bits.Div64(hi, lo, uint64(weight))
	if rest != 0 {
		inverse++
	}
	return draw{inverse: inverse, id: id, shift: uint8(shift)}
}

// draw draws an item for x. position is that of the replica, which choose_args ask for.
func (p *Placer) draw(b *bucket, x, r uint32, position int) int32 {
	if b.uniform {
		return p.uniform(b, x, r)
	}
	// Each item draws a straw, longer the heavier it is: ln(u) / weight, below 0. Here it is
	// without its sign, and the shortest wins; of equal ones the first.
	logs, draws := p.m.logs, b.draws[min(position, len(b.draws)-1)]
	best, least := 0, ^uint64(0)
	i := 0
	for ; i+1 < len(draws); i += 2 {
		one, other := &draws[i], &draws[i+1]
		u, v := hash3Both(x, uint32(one.id), uint32(other.id), r)
		if length := one.length(logs, u); length < least {
			best, least = i, length
		}
		if length := other.length(logs, v); length < least {
			best, least = i+1, length
		}
	}
	if i < len(draws) {
		if last := &draws[i]; last.length(logs, hash3(x, uint32(last.id), r)) < least {
			best = i
		}
	}
	return b.items[best]
}

// length returns how long the straw of an item is whose hash is u: of weight 0
// infinitely.
func (d *draw) length(logs *logs, u uint32) uint64 {
	if d.inverse == 0 {
		return ^uint64(0)
	}
	return d.quotient(logs.draw(u & 0xffff))
}

// quotient divides a number below 2^49 by the weight, which is not 0.
func (d *draw) quotient(number uint64) uint64 {
	quotient, _ := bits.Mul64(number<<15, d.inverse)
	return quotient >> d.shift
}

// order is the order in which a bucket's items are drawn without repetition, as far
// as it has been asked for.
type order struct {
	x     uint32
	items []int32 // a permutation of the bucket's
	known int     // so many of the first are where they belong
}

// makeOrders makes room for the orders, if there will be any.
func (p *Placer) makeOrders() {
	fallback := p.m.tunables.localFallback > 0
	for _, s := range p.rule.steps {
		fallback = fallback || s.op == opLocalFallback && s.arg > 0
	}
	for i := range p.buckets {
		if b := &p.buckets[i]; fallback || b.uniform {
			if p.orders == nil {
				p.orders = make([]order, len(p.buckets))
			}
			p.orders[i].items = make([]int32, len(b.items))
		}
	}
}

// uniform returns the item that stands at place r, modulo their number, in the order
// that a bucket's items have for x: a random one, which is laid as far as needed.
func (p *Placer) uniform(b *bucket, x, r uint32) int32 {
	n := uint32(len(b.items))
	at := r % n
	if at == 0 {
		return b.items[hash3(x, uint32(b.id), 0)%n]
	}
	o := &p.orders[p.m.index[-1-b.id]]
	if o.x != x || o.known == 0 {
		copy(o.items, b.items)
		o.x, o.known = x, 0
	}
	for ; uint32(o.known) <= at; o.known++ {
		from := uint32(o.known)
		if with := from + hash3(x, uint32(b.id), from)%(n-from); with != from {
			o.items[from], o.items[with] = o.items[with], o.items[from]
		}
	}
	return o.items[at]
}
