package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/place"
)

// keyTypeFlags say what the text of a key stands for.
type keyTypeFlags struct {
	types, null string
}

func (f *keyTypeFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.types, "key-type", "",
		"what keys are, for a system that hashes values: int32, int64, float64, decimal(p,s), date, timestamp, uuid, string, binary ...; "+
			"several, with commas between them, for keys of several columns, with tabs between them")
	cmd.Flags().StringVar(&f.null, "null", `\N`, "with --key-type: the text that stands for an absent value")
}

// keyPlacer places the keys of chunks, typed or not. It is safe for concurrent use.
type keyPlacer struct {
	params keymill.Params // of keys that are bytes
	types  []columns.Type // nil for those
	null   []byte
	// numbers says that hashes shall be what the scheme reduces: folded, and what it
	// adds added.
	numbers bool
	pool    sync.Pool // of *typedKeys
}

// placer returns what places keys as the flags and the scheme ask for, and sets
// the options of the input that it needs.
func (f *keyTypeFlags) placer(params keymill.Params, input *inputFlags) (*keyPlacer, error) {
	scheme, err := params.Resolve()
	if err != nil {
		return nil, usageError{err}
	}
	p := &keyPlacer{params: params, null: []byte(f.null)}
	switch {
	case f.types == "" && !scheme.Keys.Framed():
		return p, nil
	case f.types == "":
		p.types = []columns.Type{{Kind: columns.String}}
	default:
		for _, name := range splitTypes(f.types) {
			t, err := columns.ParseType(name)
			if err != nil {
				return nil, usageError{fmt.Errorf("--key-type: %w", err)}
			}
			p.types = append(p.types, t)
		}
	}
	if f.types == "" {
		p.null = nil // plain text has no nulls
	}
	if len(p.types) > 1 && input.encoding != string(ingest.KeyRaw) {
		return nil, usageError{errors.New("--key-encoding is for keys of one column, and --key-type names several")}
	}
	encoder, err := columns.NewEncoder(scheme, p.types...)
	if err != nil {
		return nil, usageError{fmt.Errorf("--key-type: %w", err)}
	}
	p.pool.Put(newTypedKeys(encoder, len(p.types)))
	p.pool.New = func() any {
		encoder, err := columns.NewEncoder(scheme, p.types...)
		if err != nil {
			panic(err) // it was made once
		}
		return newTypedKeys(encoder, len(p.types))
	}
	input.keyColumns, input.positions = len(p.types), true
	return p, nil
}

// splitTypes splits at the commas that are not in parentheses.
func splitTypes(list string) (types []string) {
	depth, start := 0, 0
	for i, c := range list {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			types = append(types, strings.TrimSpace(list[start:i]))
			start = i + 1
		}
	}
	return append(types, strings.TrimSpace(list[start:]))
}

// place computes what want names of the chunk's keys. Rows that are not of the
// types become rejects of the chunk.
func (p *keyPlacer) place(b keymill.Backend, job *ingest.Job, want keymill.Output) error {
	if p.types == nil {
		job.Placement.Resize(want, job.Keys.Len(), 0)
		err := b.Place(&job.Placement, &job.Keys, p.params)
		if err == nil {
			p.fold(job, p.params.Scheme, func(int) bool { return false })
		}
		return err
	}
	t := p.pool.Get().(*typedKeys)
	defer p.pool.Put(t)
	if err := job.Reject(t.parse(&job.Keys, p.null)); err != nil {
		return err
	}
	job.Placement.Resize(want, job.Keys.Len(), 0)
	cols := t.columns()
	err := t.encoder.Place(b, &job.Placement, cols...)
	if err == nil {
		p.fold(job, t.encoder.Scheme(), func(i int) bool { return len(cols) == 1 && cols[0].IsNull(i) })
	}
	return err
}

// fold makes the hashes of a chunk, if numbers are wanted, the numbers that the scheme
// reduces. What is zero by rule stays that.
func (p *keyPlacer) fold(job *ingest.Job, s place.Scheme, absent func(i int) bool) {
	if !p.numbers {
		return
	}
	for i, h := range job.Placement.Hashes {
		if s.Null != place.NullZero || !absent(i) {
			job.Placement.Hashes[i] = s.Folded(h)
		}
	}
}

// typedKeys is the memory to parse a chunk in.
type typedKeys struct {
	encoder  *columns.Encoder
	builders []*columns.Builder
	all      []columns.Column
	fields   [][]byte
	bad      []ingest.BadRow
}

func newTypedKeys(e *columns.Encoder, n int) *typedKeys {
	t := &typedKeys{encoder: e, fields: make([][]byte, n)}
	for i := range n {
		t.builders = append(t.builders, e.Builder(i))
	}
	return t
}

// columns returns the columns of the rows that were parsed.
func (t *typedKeys) columns() []columns.Column {
	t.all = t.all[:0]
	for _, b := range t.builders {
		t.all = append(t.all, b.Column())
	}
	return t.all
}

// parse builds the columns of the rows that are good, and returns the others.
func (t *typedKeys) parse(keys *keymill.Batch, null []byte) []ingest.BadRow {
	t.bad = t.bad[:0]
	for _, b := range t.builders {
		b.Reset()
	}
	for i := range keys.Len() {
		if err := t.append(keys.Key(i), null); err != nil {
			t.bad = append(t.bad, ingest.BadRow{Row: i, Reason: err.Error()})
		}
	}
	return t.bad
}

// append adds a row to the builders: to all of them or to none.
func (t *typedKeys) append(key, null []byte) error {
	if err := t.split(key); err != nil {
		return err
	}
	for i, b := range t.builders {
		var err error
		if null != nil && bytes.Equal(t.fields[i], null) {
			err = b.AppendNull()
		} else {
			err = b.Append(t.fields[i])
		}
		if err != nil {
			for _, before := range t.builders[:i] {
				before.Truncate(before.Len() - 1)
			}
			if len(t.builders) > 1 {
				err = fmt.Errorf("column %d: %w", i+1, err)
			}
			return err
		}
	}
	return nil
}

// split cuts a key at its tabs.
func (t *typedKeys) split(key []byte) error {
	if len(t.fields) == 1 {
		t.fields[0] = key
		return nil
	}
	if n := bytes.Count(key, []byte{'\t'}) + 1; n != len(t.fields) {
		return fmt.Errorf("the key has %d of the %d columns of --key-type, with tabs between them", n, len(t.fields))
	}
	rest := key
	for i := range t.fields {
		field, after, _ := bytes.Cut(rest, []byte{'\t'})
		t.fields[i], rest = field, after
	}
	return nil
}
