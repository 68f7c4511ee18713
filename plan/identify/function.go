package identify

import (
	"fmt"
	"strings"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// function is a way from keys to partitions, for any number of these.
type function struct {
	preset  *place.Preset // nil: no system's
	variant string        // of the preset, if it is not what the system does by default
	rule    string        // how it places
	command string        // the flags of keymill place that do so, without the partitions; "" if none do
	form    *form
	types   []columns.Type // what the text of a key is; nil for its bytes
	hash    hash.Func      // without a preset: the hash, and the seed if it is not the hash's own
	seed    hash.Seed
	// effort is how unlikely it is that a system does so, before anything is known:
	// one more is e times.
	effort int

	numbers *numbers
	// scheme returns the scheme of the hashed keys with so many partitions.
	scheme func(parts uint32) (place.Scheme, error)
	fixed  uint32 // the number of partitions, if the system fixes it
	most   uint32 // the largest number of partitions that the system has, else 0
}

// number is what a function makes of a key, before it is reduced.
type number struct {
	hash  uint64
	empty bool // the key has no byte
	none  bool // it can make none of this key
}

// numbers are the numbers of a run of keys, which several functions share.
type numbers struct {
	// of returns the number of a key, or false if the key is none that it can be had of.
	of  func(key []byte) (number, bool)
	all []number // of the keys that are searched with, once they are asked for
	can bool
}

// compute returns the numbers of the keys, and whether each has one.
func (n *numbers) compute(keys [][]byte) (all []number, can bool) {
	all, can = make([]number, len(keys)), true
	for i, key := range keys {
		var ok bool
		if all[i], ok = n.of(key); !ok {
			all[i], can = number{none: true}, false
		}
	}
	return all, can
}

// searched is compute of the keys that are searched with, always the same ones, done once.
func (n *numbers) searched(keys [][]byte) ([]number, bool) {
	if n.all == nil {
		n.all, n.can = n.compute(keys)
	}
	return n.all, n.can
}

// The partitions of keys that a system places anywhere, and of those that it does not take.
const (
	noPartition = place.NoPartition
	impossible  = place.NoPartition - 1
)

// place returns the partition of a number under a scheme, noPartition or
// impossible if it has none.
func (n number) place(s *place.Scheme) uint32 {
	switch {
	case n.none:
		return impossible
	case n.empty && s.EmptyUnplaced:
		return noPartition
	}
	return s.Partition(n.hash)
}

// placeAll returns the partitions of the keys.
func (f *function) placeAll(keys [][]byte, parts uint32) []uint32 {
	placed := make([]uint32, len(keys))
	s, err := f.scheme(parts)
	numbers, _ := f.numbers.compute(keys)
	for i, n := range numbers {
		if placed[i] = impossible; err == nil {
			placed[i] = n.place(&s)
		}
	}
	return placed
}

// scratch is memory for one key, which all functions of a search share: there are
// thousands of these, and keys may be long.
type scratch struct{ key []byte }

// make returns what the form makes of a key, good until the next call.
func (s *scratch) make(f *form, key []byte) (made []byte, ok bool) {
	s.key, ok = f.of(s.key[:0], key)
	return s.key, ok
}

// hashed returns the numbers of a hash and a seed, of keys in that form.
func hashed(memory *scratch, f *form, h hash.Func, seed hash.Seed) *numbers {
	return &numbers{of: func(key []byte) (number, bool) {
		made, ok := memory.make(f, key)
		if !ok {
			return number{}, false
		}
		return number{hash: h.Sum64(made, seed), empty: len(made) == 0}, true
	}}
}

// rowReader makes numbers of the texts of rows.
type rowReader struct {
	encoder  *columns.Encoder
	form     *form
	scheme   place.Scheme // of what the encoder makes
	builders []*columns.Builder
	cols     []columns.Column
	memory   *scratch
	batch    keymill.Batch
}

// keptKey is the length from which on a reader keeps no memory of a key.
const keptKey = 4096

// newRowReader returns what reads rows of values of those types, as the scheme's system
// hashes them; the scheme is that of any number of partitions. The error is that the system
// does not hash such values.
func newRowReader(memory *scratch, f *form, s place.Scheme, types []columns.Type) (*rowReader, error) {
	e, err := columns.NewEncoder(s, types...)
	if err != nil {
		return nil, err
	}
	r := &rowReader{encoder: e, form: f, scheme: e.Scheme(), cols: make([]columns.Column, len(types)), memory: memory}
	r.forget()
	return r, nil
}

// forget drops the memory of the last key.
func (r *rowReader) forget() {
	r.builders, r.batch = nil, keymill.Batch{}
	clear(r.cols)
	for i := range r.cols {
		r.builders = append(r.builders, r.encoder.Builder(i))
	}
}

func (r *rowReader) number(key []byte) (n number, ok bool) {
	made, ok := r.memory.make(r.form, key)
	if !ok {
		return n, false
	}
	fields, ok := splitColumns(made, len(r.builders))
	if !ok {
		return n, false
	}
	if len(made) > keptKey {
		defer r.forget()
	}
	for i, b := range r.builders {
		b.Reset()
		if b.Append(fields[i]) != nil {
			return n, false
		}
		r.cols[i] = b.Column()
	}
	if r.encoder.Encode(&r.batch, r.cols...) != nil {
		return n, false
	}
	encoded := r.batch.Key(0)
	return number{hash: r.scheme.Sum64(encoded), empty: len(encoded) == 0}, true
}

// splitColumns cuts a key at its tabs into n columns; one column has all of it.
func splitColumns(key []byte, n int) ([][]byte, bool) {
	if n == 1 {
		return [][]byte{key}, true
	}
	var fields [][]byte
	for field := range strings.SplitSeq(string(key), "\t") {
		fields = append(fields, []byte(field))
	}
	return fields, len(fields) == n
}

// typeNames returns the types as --key-type takes them.
func typeNames(types []columns.Type) string {
	var names []string
	for _, t := range types {
		names = append(names, t.String())
	}
	return strings.Join(names, ",")
}

// presetFunction returns the preset as a function of keys that are values of those
// types, text that the form has made; nil if it does not take them.
func presetFunction(memory *scratch, p *place.Preset, f *form, types []columns.Type, system func(parts uint32) (place.Scheme, error)) *function {
	example, err := system(max(p.Parts, 1))
	if err != nil {
		return nil
	}
	r, err := newRowReader(memory, f, example, types)
	if err != nil {
		return nil
	}
	fn := &function{preset: p, rule: p.Rule, form: f, types: types, fixed: p.Parts, numbers: &numbers{of: r.number}, effort: f.effort}
	if example.Reduce == place.ReduceRing {
		fn.most = maxRanges
	}
	fn.scheme = func(parts uint32) (place.Scheme, error) {
		s, err := system(parts)
		hashed := r.scheme
		hashed.Parts, hashed.Route, hashed.Table = s.Parts, s.Route, s.Table
		return hashed, err
	}
	if f.name == asItStands {
		fn.command = fmt.Sprintf("--scheme %s", p.Name)
		if !isText(types) {
			fn.command += " --key-type " + typeNames(types)
		}
	}
	return fn
}

// maxRanges is up to how many ranges are looked for: each number of them has a table.
const maxRanges = 8192

// isText reports whether keys are their text.
func isText(types []columns.Type) bool {
	return len(types) == 1 && types[0].Kind == columns.String
}
