package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// crcLong hashes one key, 64 bytes a step. What is left over comes first, behind
// bytes that are cleared, from a place of its own: so nothing need stand before
// the key.
func crcLong(w crcSize, k crcKind) {
	name := k.name() + "Long" + w.suffix()
	kernel(name, "func(head *byte, rest *byte, steps int, consts *uint64) uint64",
		fmt.Sprint(name, " hashes a key that begins with the 64 bytes at head and goes on with a rest of 64 bytes a step."))
	head, rest := Load(Param("head"), GP64()), Load(Param("rest"), GP64())
	steps, consts := Load(Param("steps"), GP64()), Load(Param("consts"), GP64())
	c := w.constants(k, consts)
	far := w.lanes(Mem{Base: consts, Disp: crcFold64})
	from := func(base Register, i int) VecVirtual {
		v := w.vec()
		w.load(Mem{Base: base, Disp: int(w) * i}, v)
		k.ordered(c, v)
		return v
	}
	all := make([]VecVirtual, 64/int(w))
	for i := range all {
		all[i] = from(head, i)
	}
	Label("step")
	for i, v := range all {
		w.move(far, v, from(rest, i))
	}
	ADDQ(Imm(64), rest)
	DECQ(steps)
	JNZ(LabelRef("step"))

	// The lanes come together in the lowest.
	var sum VecVirtual
	for _, v := range all {
		for i := range int(w) / 16 {
			lane := sized(w.lane(i, v).(VecVirtual), int(w)).(VecVirtual)
			if sum != nil {
				w.move(c.fold16, sum, lane)
				continue
			}
			sum = w.vec()
			w.store(lane, sum)
		}
	}
	crc := GP64()
	VMOVQ(k.last16(c, sum, sum).AsX(), crc)
	VZEROUPPER()
	Store(crc, ReturnIndex(0))
	RET()
}
