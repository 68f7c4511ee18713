package keymill

import (
	"encoding/binary"
	"math"
)

// column is many keys of one kind, of which each batch that is measured takes the next.
type column struct {
	class WidthClass
	keys  Batch
	next  int     // key
	mean  float64 // bytes of a key
}

// The columns of each class. Where a class has keys of many lengths there are two, so that
// what a key costs and what a byte costs can be told apart.
var columnKinds = []struct {
	class    WidthClass
	from, to int // bytes of a key, each length as often
}{
	{Ragged, 1, 32}, {Ragged, 33, 95},
	{Width4, 4, 4}, {Width8, 8, 8}, {Width16, 16, 16}, {Width24, 24, 24}, {Width32, 32, 32},
	{WidthOther, 12, 12}, {WidthOther, 48, 48},
}

// makeKeys makes the columns. They share their bytes, lowercase letters without a brace: so
// Redis's hash tags are looked for, and none is found.
func (c *calibrator) makeKeys() {
	data := make([]byte, c.memory&^7)
	for i := 0; i < len(data); i += 8 {
		binary.LittleEndian.PutUint64(data[i:], 'a'*0x0101010101010101+c.rng.Uint64()&0x0f0f0f0f0f0f0f0f)
	}
	for _, kind := range columnKinds {
		col := &column{class: kind.class, mean: float64(kind.from+kind.to) / 2}
		if kind.class == Ragged {
			col.keys = Batch{Data: data, Offsets: c.cut(len(data), kind.from, kind.to)}
		} else {
			col.keys = Batch{Data: data[:len(data)/kind.from*kind.from], Width: kind.from}
		}
		c.columns = append(c.columns, col)
	}
	most := sizes[len(sizes)-1]
	c.out.Resize(OutHashes|OutParts, most, 0)
	for i := range c.out.Hashes { // so that no backend is the first to touch the memory
		c.out.Hashes[i], c.out.Parts[i] = 1, 1
	}
}

// cut returns offsets of keys of random lengths.
func (c *calibrator) cut(bytes, from, to int) []uint32 {
	offsets := make([]uint32, 1, 2*bytes/(from+to)+1)
	for at := 0; len(offsets) < cap(offsets); {
		at += from + c.rng.IntN(to-from+1)
		if at > bytes {
			break
		}
		offsets = append(offsets, uint32(at))
	}
	return offsets
}

// batch returns the next n keys.
func (c *column) batch(n int) Batch {
	if c.next+n > c.keys.Len() {
		c.next = 0
	}
	b := c.keys.Slice(c.next, c.next+n)
	c.next += n
	return b
}

// bytes returns how many n keys have, on average.
func (c *column) bytes(n int) int { return int(math.Round(c.mean * float64(n))) }
