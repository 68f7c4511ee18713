package columns

import (
	"encoding/binary"
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// fixed makes dst a batch of n keys of a width, of which the bytes are not set.
func fixed(dst *keymill.Batch, n, width int) []byte {
	dst.Width = width
	if size := n * width; size <= cap(dst.Data) {
		dst.Data = dst.Data[:size]
	} else {
		dst.Data = make([]byte, size)
	}
	return dst.Data
}

// copyNulls gives dst the nulls of the column.
func copyNulls(dst *keymill.Batch, c *Column) {
	valid, offset := c.nulls()
	if len(valid) == 0 {
		return
	}
	dst.Valid = append(dst.Valid, valid[offset/64:(offset+c.Len()+63)/64]...)
	dst.ValidOffset = offset % 64
}

func (e *Encoder) encodeNumbers(dst *keymill.Batch, c *Column) error {
	n, f := c.Len(), e.forms[0]
	width := f.width()
	data := fixed(dst, n, width)
	copyNulls(dst, c)
	switch {
	case f == little64:
		for i, v := range c.Ints {
			binary.LittleEndian.PutUint64(data[8*i:], uint64(v))
		}
	case f == little32:
		for i, v := range c.Ints {
			binary.LittleEndian.PutUint32(data[4*i:], uint32(v))
		}
	case width == 8:
		for i := range n {
			binary.LittleEndian.PutUint64(data[8*i:], f.number(c, i))
		}
	case width == 4:
		for i := range n {
			binary.LittleEndian.PutUint32(data[4*i:], uint32(f.number(c, i)))
		}
	default:
		for i := range n {
			binary.LittleEndian.PutUint16(data[2*i:], uint16(f.number(c, i)))
		}
	}
	if e.system.Keys == place.KeysVitessNumber && e.system.Word8 {
		return e.unplaceNegative(dst, c)
	}
	return nil
}

// unplaceNegative makes nulls of negative numbers. Where a number is its own
// keyspace id (Vitess' vindex numeric), they have none.
func (e *Encoder) unplaceNegative(dst *keymill.Batch, c *Column) error {
	for i, v := range c.Ints {
		if v >= 0 || c.IsNull(i) {
			continue
		}
		if e.system.Null != place.NullUnplaced {
			return &keymill.BatchError{Key: i, Reason: fmt.Sprintf("%d: a negative number has no keyspace id", v)}
		}
		if len(dst.Valid) == 0 {
			for range (len(c.Ints) + 63) / 64 {
				dst.Valid = append(dst.Valid, ^uint64(0))
			}
		}
		bit := dst.ValidOffset + i
		dst.Valid[bit/64] &^= 1 << (bit % 64)
	}
	return nil
}

func (e *Encoder) encodeRuns(dst *keymill.Batch, c *Column) error {
	f := e.forms[0]
	nullIsValue := f == bson || f == lengthFirst && e.system.Null == place.NullAsEmpty
	if !nullIsValue {
		copyNulls(dst, c)
	}
	data, offsets := dst.Data, append(dst.Offsets, 0)
	valid, first := c.nulls()
	for i := range c.Len() {
		if null := isNull(valid, first+i); nullIsValue || !null {
			var ok bool
			if data, ok = f.appendRun(data, c, i, null); !ok {
				return &keymill.BatchError{Key: i, Reason: notUTF8(c.Bytes.Key(i))}
			}
		}
		if uint64(len(data)) > keymill.MaxData {
			return &keymill.BatchError{Key: i, Reason: fmt.Sprintf("its encoded bytes take the batch past %d: encode fewer rows at once", uint32(keymill.MaxData))}
		}
		offsets = append(offsets, uint32(len(data)))
	}
	dst.Data, dst.Offsets = data, offsets
	return nil
}

func notUTF8(key []byte) string {
	if len(key) > 64 {
		return fmt.Sprintf("%q... is not valid UTF-8, and so has no UTF-16, of which the system hashes strings", key[:64])
	}
	return fmt.Sprintf("%q is not valid UTF-8, and so has no UTF-16, of which the system hashes strings", key)
}

// encodeHashes makes each key the hash of a value.
func (e *Encoder) encodeHashes(dst *keymill.Batch, c *Column) {
	n, f := c.Len(), e.forms[0]
	data := fixed(dst, n, 8)
	null := uint64(0)
	switch e.system.Null {
	case place.NullAsEmpty:
		null = e.system.Sum64(nil)
	case place.NullSeed:
		null = e.seed
	default:
		copyNulls(dst, c)
	}
	valid, first := c.nulls()
	for i := range n {
		h := null
		if !isNull(valid, first+i) {
			h = e.hash(f, c, i)
		}
		binary.LittleEndian.PutUint64(data[8*i:], h)
	}
}

// encodeRows makes each key the hash of a row, column after column. A chain has a
// rule for nulls of its own.
func (e *Encoder) encodeRows(dst *keymill.Batch, cols []Column) error {
	n := cols[0].Len()
	data := fixed(dst, n, 8)
	first := uint64(0)
	if e.chain == seeds {
		first = e.seed
	}
	for i := range n {
		binary.LittleEndian.PutUint64(data[8*i:], first)
	}
	for k := range cols {
		c := &cols[k]
		valid, start := c.nulls()
		for i := range n {
			key := data[8*i : 8*i+8]
			h := binary.LittleEndian.Uint64(key)
			binary.LittleEndian.PutUint64(key, e.step(h, e.forms[k], c, i, isNull(valid, start+i)))
		}
	}
	return nil
}

// step returns the hash of a row up to value i of a column, where it was h before.
func (e *Encoder) step(h uint64, f form, c *Column, i int, null bool) uint64 {
	switch e.chain {
	case seeds:
		if null {
			return h
		}
		return e.value(f, c, i, h)
	case times31:
		field := uint64(0)
		if !null {
			field = e.value(f, c, i, e.seed)
		}
		return uint64(31*uint32(h) + uint32(field))
	}
	if null {
		return h
	}
	return h ^ (e.value(f, c, i, e.seed) + combineConstant + h<<54 + h>>7)
}

// value returns the hash of a value under a seed.
func (e *Encoder) value(f form, c *Column, i int, seed uint64) uint64 {
	switch {
	case f.isHash():
		return e.hash(f, c, i)
	case f == asIs:
		return e.sum(c.Bytes.Key(i), seed)
	case f.isNumber():
		binary.LittleEndian.PutUint64(e.word[:], f.number(c, i))
		return e.sum(e.word[:f.width()], seed)
	}
	e.scratch, _ = f.appendRun(e.scratch[:0], c, i, false) // of those that fail, none is chained
	return e.sum(e.scratch, seed)
}

// sum is Sum64 of the system's hash. To check a seed for each value takes as long
// as to hash it, so the functions of the systems that chain are called directly.
func (e *Encoder) sum(key []byte, seed uint64) uint64 {
	switch e.system.Hash {
	case hash.Murmur3Spark:
		return uint64(hash.SumMurmur3Spark(key, uint32(seed)))
	case hash.Murmur3Hive:
		return uint64(hash.SumMurmur3Hive(key, uint32(seed)))
	case hash.Lookup3:
		return hash.SumLookup3(key, seed)
	}
	if e.chain != seeds {
		return e.system.Hash.Sum64(key, e.system.Seed)
	}
	return e.system.Hash.Sum64(key, hash.Seed64(seed))
}
