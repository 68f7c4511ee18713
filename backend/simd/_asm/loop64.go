package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// sum64 is a function that loops over keys of any length compute.
type sum64 struct {
	name    string
	numbers []uint64 // that AVX-512 has registers for
	start   func(lo, hi Register) []Register
	begin   func(k *loop64) // of a group, if not nil
	long    func(k *loop64) // then where a key has more than 31 bytes, if not nil
	hash    func(k *loop64) word
}

// loop64 is such a loop, with vectors that have a key a lane. Lanes that are done
// are masked: there is a branch a group where a scalar loop has one a key, and
// of keys of mixed lengths nearly all groups go the same way, for their longest
// keys decide. Keys of one width have a loop of their own, where no lane is masked.
type loop64 struct {
	*lanes64
	uniform bool
	seeds   []word
	size    count // of the keys' bytes
	keys64
}

// count is a number for each key: in lanes, or one for all keys.
type count struct {
	lanes word
	all   Register
}

// pad is how far behind the end of the longest key of a group a loop may read.
const pad = 32

// ragged writes the kernel for keys of any length. It stops in front of a group
// that is too near to the end of the data for loads of full vectors.
func (f sum64) ragged(l *lanes64) {
	name := l.name(f.name + "Ragged")
	kernel(name, "func(dst *uint64, data *byte, size int, start, end *uint32, groups int, lo, hi uint64, ahead *byte) (done int)",
		fmt.Sprintf("%s hashes %d keys a group, up to a group too near to the end of data.", name, l.group()))
	k := &loop64{lanes64: l}
	dst, groups := Load(Param("dst"), GP64()), Load(Param("groups"), GP64())
	k.data = Load(Param("data"), GP64())
	k.start, k.end = Load(Param("start"), GP64()), Load(Param("end"), GP64())
	k.ahead = Load(Param("ahead"), GP64())
	limit := Load(Param("size"), GP64())
	SUBQ(Imm(pad), limit)
	k.prologue(f)
	limits := l.all(k.spill(l.spread(limit)))

	Label("group")
	k.places, k.size.lanes = l.new(), l.new()
	for i := range l.vectors {
		VPMOVZXDQ(Mem{Base: k.start, Disp: 4 * l.lanes() * i}, k.places[i])
		VPMOVZXDQ(Mem{Base: k.end, Disp: 4 * l.lanes() * i}, k.size.lanes[i])
	}
	l.any(l.more(k.size.lanes, limits))
	JNZ(LabelRef("end"))
	for i, size := range k.size.lanes {
		VPSUBQ(k.places[i], size, size)
	}
	sizes := k.size.lanes
	k.size.lanes = l.each(func(i int) Op { return l.spillFew(sizes[i]) })
	k.beginGroup(f)
	l.any(l.more(sizes, l.num(31)))
	JZ(LabelRef("short"))
	most := k.longest(sizes)
	l.any(l.more(l.plus(k.places, l.all(l.spread(most))), limits))
	JNZ(LabelRef("end"))
	CMPQ(most, U32(veryLong))
	JB(LabelRef("alike"))
	SHRQ(Imm(5), most) // nearly all lanes would be idle: the definition is as fast
	l.any(l.more(l.all(l.spread(most)), sizes))
	JNZ(LabelRef("end"))
	Label("alike")
	if f.long != nil {
		f.long(k)
	}
	Label("short")
	h := f.hash(k)
	for i := range h {
		l.moveVector(h[i], Mem{Base: dst, Disp: 8 * l.lanes() * i})
	}
	ADDQ(Imm(uint64(4*l.group())), k.start)
	ADDQ(Imm(uint64(4*l.group())), k.end)
	ADDQ(Imm(uint64(8*l.group())), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	Label("end")
	done := Load(Param("groups"), GP64())
	SUBQ(groups, done)
	Store(done, Return("done"))
	VZEROUPPER()
	RET()
}

// veryLong is how long a key is that much shorter ones should not wait for.
const veryLong = 1024

// longest returns the largest of the sizes.
func (l *lanes64) longest(sizes word) GPVirtual {
	longest := sizes[0]
	for _, size := range sizes[1:] {
		v := l.vector()
		VPMAXUD(size, longest, v)
		longest = v
	}
	return l.most(longest)
}

// plus returns x + y.
func (l *lanes64) plus(x, y word) word {
	return l.each(func(i int) Op {
		v := l.vector()
		VPADDQ(x[i], y[i], v)
		return v
	})
}

// fixed writes the kernel for keys of one width.
func (f sum64) fixed(l *lanes64) {
	name := l.name(f.name + "Width")
	kernel(name, "func(dst *uint64, data *byte, width, groups int, lo, hi uint64)",
		fmt.Sprintf("%s hashes %d keys a group. It reads up to %d bytes beyond them.", name, l.group(), pad))
	k := &loop64{lanes64: l, uniform: true}
	dst, groups := Load(Param("dst"), GP64()), Load(Param("groups"), GP64())
	k.data = Load(Param("data"), GP64())
	k.width, k.width3 = Load(Param("width"), GP64()), GP64()
	LEAQ(Mem{Base: k.width, Index: k.width, Scale: 2}, k.width3)
	k.size = count{l.all(l.spread(k.width)), k.width}
	k.prologue(f)

	Label("group")
	k.beginGroup(f)
	if f.long != nil {
		k.ifMore(k.size, 31, "short")
		f.long(k)
	}
	Label("short")
	h := f.hash(k)
	for i := range h {
		l.moveVector(h[i], Mem{Base: dst, Disp: 8 * l.lanes() * i})
	}
	for i := 0; i < l.group(); i += 4 {
		LEAQ(Mem{Base: k.data, Index: k.width, Scale: 4}, k.data)
	}
	ADDQ(Imm(uint64(8*l.group())), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// prologue loads what is the same for all groups.
func (k *loop64) prologue(f sum64) {
	for _, s := range f.start(Load(Param("lo"), GP64()), Load(Param("hi"), GP64())) {
		k.seeds = append(k.seeds, k.all(k.spill(k.spread(s))))
	}
	k.hold()
	if k.wide {
		k.hold(append([]uint64{7, 15}, f.numbers...)...)
	}
}

func (k *loop64) beginGroup(f sum64) {
	k.rewind()
	k.behind()
	if f.begin != nil {
		f.begin(k)
	}
}

// spill keeps a vector on the stack: registers are few.
func (l *lanes64) spill(x Op) Op {
	m := AllocLocal(8 * l.lanes())
	l.moveVector(x, m)
	return m
}

// spillFew does so with AVX2 only.
func (l *lanes64) spillFew(x Op) Op {
	if l.wide {
		return x
	}
	return l.spill(x)
}

// ifMore returns the mask of the keys whose count is more than n, and jumps if
// there are none.
func (k *loop64) ifMore(c count, n uint64, none string) word {
	if k.uniform {
		CMPQ(c.all, U32(n))
		JBE(LabelRef(none))
		return nil
	}
	mask := k.more(c.lanes, k.num(n))
	k.any(mask)
	JZ(LabelRef(none))
	return mask
}

// ifBit does so for the keys whose count has a bit.
func (k *loop64) ifBit(n uint64, c count, none string) word {
	if k.uniform {
		BTQ(Imm(n), c.all)
		JCC(LabelRef(none))
		return nil
	}
	mask := k.bit(n, c.lanes)
	k.any(mask)
	JZ(LabelRef(none))
	return mask
}

// low returns the low bits of a count, which may be changed.
func (k *loop64) low(c count, bits uint64) count {
	if k.uniform {
		all := GP64()
		MOVQ(c.all, all)
		ANDQ(U32(bits), all)
		return count{all: all}
	}
	lanes := k.set(c.lanes)
	k.and(k.num(bits), lanes)
	return count{lanes: lanes}
}

// copyOf returns a count that may be changed.
func (k *loop64) copyOf(c count) count {
	if k.uniform {
		all := GP64()
		MOVQ(c.all, all)
		return count{c.lanes, all} // whose lanes are not
	}
	return count{lanes: k.set(c.lanes)}
}

// less takes n from a count.
func (k *loop64) less(n uint64, c count) {
	if k.uniform {
		SUBQ(Imm(n), c.all)
		return
	}
	k.add(k.num(-n), c.lanes)
}
