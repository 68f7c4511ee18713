package columns

import (
	"errors"
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// Encoder turns columns into the keys that a system hashes. It has memory of its
// own, and so is for one goroutine at a time.
type Encoder struct {
	system place.Scheme // as it was given, its hash filled in
	scheme place.Scheme // of the encoded batch
	types  []Type
	forms  []form
	chain  chain
	seed   uint64 // of the system, as a number

	batch   keymill.Batch // of Place
	scratch []byte
	digits  [40]byte
	word    [8]byte
}

// NewEncoder returns an encoder for rows of columns of those types, placed under
// the scheme, which is that of a preset or any other with Keys. The error is a
// [*keymill.ParamsError]: the system does not hash such a column, or it hashes
// one column and not several, or the scheme does not pass [place.Scheme.Check].
func NewEncoder(s place.Scheme, types ...Type) (*Encoder, error) {
	e := &Encoder{system: s.With(hash.Default, hash.Seed{}), types: append([]Type(nil), types...)}
	if err := e.init(); err != nil {
		return nil, &keymill.ParamsError{Err: err}
	}
	return e, nil
}

func (e *Encoder) init() (err error) {
	s := e.system
	if err = s.Check(); err != nil {
		return err
	}
	e.seed = s.Hash.ResolveSeed(s.Seed).Lo
	hashes := len(e.types) > 1
	for _, t := range e.types {
		if err = t.check(); err != nil {
			return err
		}
		f, err := formOf(s, t)
		if err != nil {
			return err
		}
		e.forms = append(e.forms, f)
		hashes = hashes || f.isHash()
	}
	switch {
	case len(e.types) == 0:
		return errors.New("no column: a key has at least one")
	case len(e.types) > 1:
		if e.chain, err = chainOf(s); err != nil {
			return err
		}
	}
	if err = e.checkBytes(); err != nil {
		return err
	}
	e.scheme = s
	e.scheme.Keys = place.KeysBytes
	if hashes {
		e.scheme, err = schemeOfHashes(s, e.chain)
	}
	return err
}

// checkBytes refuses the fields of a scheme that speak of the bytes of a key, where
// the key has others.
func (e *Encoder) checkBytes() error {
	alone := len(e.forms) == 1
	if e.system.Span != place.SpanWholeKey && !(alone && e.forms[0] == asIs) {
		return fmt.Errorf("scheme %s hashes a part of the key: that goes with one column of strings that are hashed as they are", label(e.system))
	}
	if e.system.EmptyUnplaced && !(alone && (e.forms[0] < minimal || e.forms[0] == utf16)) {
		return fmt.Errorf("scheme %s does not place the empty key, which a column of this type or several columns do not have", label(e.system))
	}
	return nil
}

// schemeOfHashes is the scheme for keys that are hashes of the scheme s.
func schemeOfHashes(s place.Scheme, chained chain) (place.Scheme, error) {
	t := s
	t.Keys, t.Hash, t.Seed, t.Word8 = place.KeysBytes, hash.XXH64, hash.Seed{}, true
	if chained == combine64 {
		t.Add = 0 // each step of the chain has added it
	}
	// Of 32 bits, fastrange scales 32.
	if s.Reduce == place.ReduceFastrange && s.Bits() == 32 {
		t.Fold = place.FoldLow32
	}
	if s.Reduce == place.ReduceFastrange && s.Bits() != t.Bits() {
		return t, fmt.Errorf("scheme %s: fastrange of a hash of %d bits does not go with columns whose hash is computed from several",
			label(s), s.Bits())
	}
	return t, t.Check()
}

// Scheme returns the scheme under which an encoded batch is placed. Its Keys is
// KeysBytes. Where keys are hashes (see the package's comment) it hashes nothing.
func (e *Encoder) Scheme() place.Scheme { return e.scheme }

// Encode makes dst the batch of the keys of the rows, one of each column: as many
// columns as there are types, all of one length. It takes the place of whatever
// dst held, and uses its memory again, so that a loop allocates nothing once dst
// has grown; but strings, binaries and UUIDs that are hashed as they are it does
// not copy: then dst shares the memory of the column, can be read and cannot be
// appended to.
//
// The error is a [*keymill.BatchError] with the number of the row that is wrong,
// and then dst holds nothing of use. The columns are read, never written; dst is
// none of their Bytes.
func (e *Encoder) Encode(dst *keymill.Batch, cols ...Column) error {
	if err := e.check(cols); err != nil {
		return err
	}
	dst.Reset()
	dst.Width = 0
	c, f := &cols[0], e.forms[0]
	switch {
	case e.chain != noChain:
		return e.encodeRows(dst, cols)
	case f.isHash():
		e.encodeHashes(dst, c)
		return nil
	case f == asIs:
		*dst = c.Bytes.Slice(0, c.Len())
		dst.Valid, dst.ValidOffset = c.nulls()
		return nil
	case f.isNumber():
		return e.encodeNumbers(dst, c)
	}
	return e.encodeRuns(dst, c)
}

// check says whether the columns are those of the encoder.
func (e *Encoder) check(cols []Column) error {
	if len(cols) != len(e.types) {
		return &keymill.BatchError{Key: -1, Reason: fmt.Sprintf("%d columns, where the encoder was made for %d", len(cols), len(e.types))}
	}
	for i := range cols {
		c := &cols[i]
		if c.Type != e.types[i] {
			return &keymill.BatchError{Key: -1, Reason: fmt.Sprintf("column %d has type %s, where the encoder was made for %s", i+1, c.Type, e.types[i])}
		}
		if c.Len() != cols[0].Len() {
			return &keymill.BatchError{Key: -1, Reason: fmt.Sprintf("column %d has %d values, column 1 has %d", i+1, c.Len(), cols[0].Len())}
		}
		if err := c.validate(e.forms[i].limits(c.Type)); err != nil {
			return inColumn(err, i, len(cols))
		}
	}
	return nil
}

// inColumn says in which of several columns the error is.
func inColumn(err error, i, of int) error {
	var bad *keymill.BatchError
	if of > 1 && errors.As(err, &bad) {
		return &keymill.BatchError{Key: bad.Key, Reason: fmt.Sprintf("column %d: %s", i+1, bad.Reason)}
	}
	return err
}

// Place encodes the rows and has the backend place them. dst is as long as there
// are rows; see [keymill.Placement.Resize].
func (e *Encoder) Place(b keymill.Backend, dst *keymill.Placement, cols ...Column) error {
	err := e.Encode(&e.batch, cols...)
	if err == nil {
		err = b.Place(dst, &e.batch, keymill.Params{Scheme: e.scheme})
	}
	if len(e.forms) == 1 && e.forms[0] == asIs {
		e.batch = keymill.Batch{} // the memory is the caller's
	}
	return err
}

// Place is [Encoder.Place] with an encoder for this one call. A hash and a seed in
// p take the place of the scheme's.
func Place(b keymill.Backend, dst *keymill.Placement, p keymill.Params, cols ...Column) error {
	types := make([]Type, len(cols))
	for i := range cols {
		types[i] = cols[i].Type
	}
	e, err := NewEncoder(p.Scheme.With(p.Hash, p.Seed), types...)
	if err != nil {
		return err
	}
	return e.Place(b, dst, cols...)
}
