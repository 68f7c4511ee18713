package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// MD5, a key a lane.
func md5() { newMD5(vec32{}, "md5RaggedAVX2").generate() }

// md5Kernel hashes keys of any length.
//
// Each of the 64 steps of a block waits for the one before, four operations with
// AVX-512 and six with AVX2, and two vectors are what the processor can do meanwhile.
// A block's words are put on the stack first, with the bit behind the key's end, and
// the steps add them from there: 16 registers do not hold two vectors' words, and 32
// would not either. Lanes whose key has no block left keep their state.
//
// Chunks of 16 bytes that no key of a vector reaches are not read. That is a branch,
// but not one on the length of a single key: groups nearly always go the same way.
type md5Kernel struct {
	vec32
	name    string
	vectors [2]md5Vector

	data, start Register
	at          Register // data, and how far the keys have been read
	zeros       VecVirtual
	later       []func() // writes code that is behind the end of the loop
}

// md5Vector is what is in memory of the keys of a vector.
type md5Vector struct {
	first  int     // of its keys
	words  [16]Mem // of a block
	bits   Mem     // how many of each key are left; below 0 behind its end
	total  Mem     // bits of each key
	blocks Mem     // how many of each key are left
	state  [4]Mem
}

func newMD5(v vec32, name string) *md5Kernel { return &md5Kernel{vec32: v, name: name} }

func (m *md5Kernel) keys() int { return len(m.vectors) * m.lanes() }

func (m *md5Kernel) generate() {
	growing(m.name, "func(dst *uint64, data *byte, start *uint32, end *uint32, groups int, seed uint64, ahead *byte)",
		fmt.Sprintf("%s hashes keys of up to 128 MiB, %d a group. It has no use for a seed.", m.name, m.keys()))
	dst, groups := Load(Param("dst"), GP64()), argument("groups")
	m.data, m.start = Load(Param("data"), GP64()), Load(Param("start"), GP64())
	end := Load(Param("end"), GP64())
	ahead := newAhead(m.data, m.start)
	m.at = GP64()
	m.allocate()
	if m.wide {
		m.zeros = m.zero()
	}

	Label("group")
	for i := range m.vectors {
		m.begin(&m.vectors[i], end)
	}
	MOVQ(m.data, m.at)
	ahead.behind()

	Label("block")
	ahead.fetch(m.keys() * 16 / 64)
	for i := range m.vectors {
		m.fill(&m.vectors[i])
	}
	m.compress()
	ADDQ(Imm(64), m.at)
	most := m.reg()
	for i := range m.vectors {
		left := m.next(&m.vectors[i])
		if i == 0 {
			m.move(left, most)
		} else {
			VPMAXSD(left, most, most)
		}
	}
	m.jumpIfAny(m.above(0, most), "block")

	for i := range m.vectors {
		low, high := m.reg(), m.reg()
		m.load(m.vectors[i].state[0], low)
		m.load(m.vectors[i].state[1], high)
		m.store(m.hashes(low, high), dst, 8*m.vectors[i].first, false)
	}
	ADDQ(U32(8*m.keys()), dst)
	ADDQ(U32(4*m.keys()), m.start)
	ADDQ(U32(4*m.keys()), end)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
	for _, write := range m.later {
		write()
	}
}

// nothing is zeros: AVX-512 has a register to spare for them.
func (m *md5Kernel) nothing() VecVirtual {
	if m.wide {
		return m.zeros
	}
	return m.zero()
}

// allocate divides memory of the stack, which begins where a line of the cache does.
func (m *md5Kernel) allocate() {
	const each = 16 + 3 + 4
	size := 4 * m.lanes()
	base := GP64()
	LEAQ(AllocLocal(len(m.vectors)*each*size+64).Offset(63), base)
	ANDQ(I8(-64), base)
	at := 0
	next := func() Mem {
		at += size
		return Mem{Base: base, Disp: at - size}
	}
	for i := range m.vectors {
		v := &m.vectors[i]
		v.first = i * m.lanes()
		v.bits, v.total, v.blocks = next(), next(), next()
		for j := range v.words {
			v.words[j] = next()
		}
		for j := range v.state {
			v.state[j] = next()
		}
	}
}

// begin looks at the lengths of a vector's keys.
func (m *md5Kernel) begin(v *md5Vector, end Register) {
	length, bits := m.reg(), m.reg()
	m.load(Mem{Base: end, Disp: 4 * v.first}, length)
	VPSUBD(Mem{Base: m.start, Disp: 4 * v.first}, length, length)
	m.inLaneOrder(length)
	VPSLLD(Imm(3), length, bits)
	m.keep(bits, v.bits)
	m.keep(bits, v.total)
	VPADDD(m.words(64+8), length, length) // the last has nine bytes or more that are not the key's
	VPSRLD(Imm(6), length, length)
	m.keep(length, v.blocks)
	for i, n := range []uint32{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476} {
		m.keep(m.constant(n), v.state[i])
	}
}

// fill makes the words of a block.
func (m *md5Kernel) fill(v *md5Vector) {
	for chunk := range 4 {
		label := func(of string) string { return fmt.Sprint(of, v.first, "_", chunk) }
		bits := m.reg()
		m.load(v.bits, bits)
		if chunk > 0 {
			VPSUBD(m.words(uint32(128*chunk)), bits, bits)
		}
		m.jumpIfNone(m.above(1<<32-1, bits), label("behind"))
		m.jumpIfNone(m.above(0, bits), label("end"))
		words := m.transpose(m.rows(func(key int) Mem {
			offset := GP64()
			MOVL(Mem{Base: m.start, Disp: 4 * (v.first + key)}, offset.As32())
			return Mem{Base: m.at, Index: offset, Scale: 1, Disp: 16 * chunk}
		}))
		m.jumpIfAll(m.above(127, bits), label("whole"))
		Label(label("mask"))
		for _, word := range words {
			m.endKey(word, bits)
			VPSUBD(m.words(32), bits, bits)
		}
		Label(label("whole"))
		for i, word := range words {
			m.keep(word, v.words[4*chunk+i])
		}
		Label(label("next"))
		m.later = append(m.later, func() {
			Label(label("behind")) // no key reaches so far
			zero := m.nothing()
			for i := range words {
				m.keep(zero, v.words[4*chunk+i])
			}
			JMP(LabelRef(label("next")))
			Label(label("end")) // some keys end just before
			for _, word := range words {
				m.move(m.nothing(), word)
			}
			JMP(LabelRef(label("mask")))
		})
	}
	// The last block ends with how many bits there are.
	blocks, word := m.reg(), m.reg()
	m.load(v.blocks, blocks)
	m.load(v.words[14], word)
	if m.wide {
		last := K()
		VPCMPEQD(m.words(1), blocks, last)
		m.load(v.total, blocks)
		VPORD(blocks, word, last, word)
	} else {
		VPCMPEQD(m.words(1), blocks, blocks)
		VPAND(v.total, blocks, blocks)
		VPOR(blocks, word, word)
	}
	m.keep(word, v.words[14])
}

// endKey clears what is behind the end of keys that have so many bits from a word on,
// and sets the bit that follows the last one.
func (m *md5Kernel) endKey(word, bits VecVirtual) {
	inside, beyond, one := m.reg(), m.reg(), m.reg()
	VPMAXSD(m.nothing(), bits, inside)
	m.load(m.words(1<<32-1), beyond)
	VPSLLVD(inside, beyond, beyond)
	m.load(m.words(0x80), one)
	VPSLLVD(bits, one, one) // 0 for numbers below 0, as for those above 31
	m.andNot(beyond, word, word)
	m.or(one, word, word)
}

// compress runs the steps of all vectors, and adds what they make of the state.
func (m *md5Kernel) compress() {
	shifts := [4][4]int{{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}
	var states [len(m.vectors)][4]VecVirtual
	for i, v := range m.vectors {
		for j, word := range v.state {
			states[i][j] = m.reg()
			m.load(word, states[i][j])
		}
	}
	for step := range 64 {
		round := step / 16
		word := [4]int{step, 5*step + 1, 3*step + 5, 7 * step}[round] % 16
		sine := uint32(math.Abs(math.Sin(float64(step+1))) * (1 << 32))
		for i := range states {
			a, b, c, d := states[i][0], states[i][1], states[i][2], states[i][3]
			VPADDD(m.vectors[i].words[word], a, a)
			m.addNumber(sine, a)
			m.addChoice(round, a, b, c, d)
			a = m.rotate(shifts[round][step%4], a)
			VPADDD(b, a, a)
			states[i] = [4]VecVirtual{d, a, b, c}
		}
	}
	for i, v := range m.vectors {
		left, old := m.reg(), m.reg()
		m.load(v.blocks, left)
		going := m.above(0, left)
		for j, word := range v.state {
			m.load(word, old)
			m.assign(old, going, VPADDD, states[i][j], old)
			m.keep(old, word)
		}
	}
}

// addNumber adds a number, of which AVX-512 needs to read one only.
func (m *md5Kernel) addNumber(n uint32, to VecVirtual) {
	if !m.wide {
		VPADDD(m.words(n), to, to)
		return
	}
	name := fmt.Sprintf("sine_%x", n)
	if _, ok := constants[name]; !ok {
		constants[name] = GLOBL(name, RODATA|NOPTR)
		DATA(0, U32(n))
	}
	VPADDD_BCST(constants[name], to, to)
}

// addChoice adds the function of b, c and d that a round has.
func (m *md5Kernel) addChoice(round int, a, b, c, d VecVirtual) {
	f := m.reg()
	if m.wide {
		m.move(b, f)
		VPTERNLOGD(Imm([4]uint64{0xca, 0xe4, 0x96, 0x39}[round]), d, c, f)
		VPADDD(f, a, a)
		return
	}
	switch round {
	case 0: // b&c | ^b&d
		VPXOR(c, d, f)
		VPAND(b, f, f)
		VPXOR(d, f, f)
	case 1: // b&d | c&^d: b comes last, so the other half is added before
		VPANDN(c, d, f)
		VPADDD(f, a, a)
		VPAND(b, d, f)
	case 2: // b ^ c ^ d
		VPXOR(c, d, f)
		VPXOR(b, f, f)
	case 3: // c ^ (b | ^d)
		m.load(m.words(1<<32-1), f)
		VPXOR(d, f, f)
		VPOR(b, f, f)
		VPXOR(c, f, f)
	}
	VPADDD(f, a, a)
}

// next goes on by a block, and returns how many are left.
func (m *md5Kernel) next(v *md5Vector) VecVirtual {
	bits, left := m.reg(), m.reg()
	m.load(v.bits, bits)
	VPSUBD(m.words(512), bits, bits)
	m.keep(bits, v.bits)
	m.load(v.blocks, left)
	VPSUBD(m.words(1), left, left)
	m.keep(left, v.blocks)
	return left
}
