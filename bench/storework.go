package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"github.com/keymill/keymill"
)

// rowsFile is what all sides of a store table work on: rows, keys that are in no
// row, and the order in which the rows are loaded. It travels as a file, because
// each store runs in a process of its own.
//
// The layout, in little-endian numbers, is: the 8 bytes of rowsMagic; n, the
// number of rows, as a uint64; then three columns of n entries, keys, values and
// missing keys, each as n+1 offsets (uint32) and its bytes; then n row numbers
// (uint32), the order.
type rowsFile struct {
	keys, values, missing keymill.Batch
	order                 []uint32
}

const rowsMagic = "kmrows01"

// newRows makes n rows with keys of a family, and values of 16 to 100 bytes.
func newRows(family string, n int, c WorkloadConfig) (*rowsFile, error) {
	c.Keys, c.Batches = n, 1
	w, err := NewWorkload(family, c)
	if err != nil {
		return nil, err
	}
	r := &rowsFile{}
	rng := rand.New(rand.NewPCG(c.Seed, 2))
	distinct := make(map[string]bool, n)
	for i := range n {
		key := string(w.Batches[0].Key(i))
		for distinct[key] { // a family may repeat itself; rows do not
			key = fmt.Sprintf("%s~%d", key, rng.Uint32())
		}
		distinct[key] = true
		value := random(nil, rng, 16+rng.IntN(85))
		if err := errors.Join(r.keys.Append([]byte(key)), r.values.Append(value)); err != nil {
			return nil, err
		}
	}
	for i := range n {
		missing := string(r.keys.Key(i)) + "?"
		for distinct[missing] { // which random bytes may be
			missing += "?"
		}
		if err := r.missing.Append([]byte(missing)); err != nil {
			return nil, err
		}
	}
	for _, row := range rng.Perm(n) {
		r.order = append(r.order, uint32(row))
	}
	return r, nil
}

// keysOnly makes rows of the keys of a workload, batch after batch, with empty
// values.
func keysOnly(w *Workload) (*rowsFile, error) {
	n := w.Keys * len(w.Batches)
	r := &rowsFile{order: make([]uint32, n)}
	r.keys.Offsets = make([]uint32, 1, n+1)
	for i := range w.Batches {
		for k := range w.Keys {
			if err := r.keys.Append(w.Batches[i].Key(k)); err != nil {
				return r, err
			}
		}
	}
	r.values.Offsets, r.missing.Offsets = make([]uint32, n+1), make([]uint32, n+1)
	return r, nil
}

// len returns the number of rows.
func (r *rowsFile) len() int { return r.keys.Len() }

// write makes the file.
func (r *rowsFile) write(w io.Writer) error {
	out := binary.LittleEndian.AppendUint64([]byte(rowsMagic), uint64(r.len()))
	numbers := func(list []uint32) {
		for _, n := range list {
			out = binary.LittleEndian.AppendUint32(out, n)
		}
	}
	for _, b := range []*keymill.Batch{&r.keys, &r.values, &r.missing} {
		numbers(b.Offsets)
		out = append(out, b.Data...)
	}
	numbers(r.order)
	_, err := w.Write(out)
	return err
}

// readRows reads the file.
func readRows(name string) (*rowsFile, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	bad := fmt.Errorf("%s is no file of rows", name)
	if len(text) < 16 || string(text[:8]) != rowsMagic {
		return nil, bad
	}
	n := binary.LittleEndian.Uint64(text[8:])
	text = text[16:]
	numbers := func(count uint64) (list []uint32) {
		if count > uint64(len(text))/4 {
			text = nil
			return nil
		}
		for i := range count {
			list = append(list, binary.LittleEndian.Uint32(text[4*i:]))
		}
		text = text[4*count:]
		return list
	}
	r := &rowsFile{}
	for _, b := range []*keymill.Batch{&r.keys, &r.values, &r.missing} {
		if n >= keymill.MaxKeys {
			return nil, bad
		}
		b.Offsets = numbers(n + 1)
		if b.Offsets == nil || uint64(b.Offsets[n]) > uint64(len(text)) {
			return nil, bad
		}
		b.Data, text = text[:b.Offsets[n]], text[b.Offsets[n]:]
		if b.Validate() != nil {
			return nil, bad
		}
	}
	if r.order = numbers(n); uint64(len(r.order)) != n || len(text) != 0 {
		return nil, bad
	}
	for _, row := range r.order {
		if uint64(row) >= n {
			return nil, bad
		}
	}
	return r, nil
}
