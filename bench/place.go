package bench

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/keymill/keymill"
	typed "github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// benchParts are the numbers of partitions of a scheme that does not have its
// own: the first that it takes. 12 is not a power of two, which is the easy case.
var benchParts = []uint32{12, 16}

// jumpParts are those of jump, whose work grows with their logarithm.
const jumpParts = 1000

// quickSchemes are those of a quick run: the ones with targets of their own.
var quickSchemes = []string{"kafka", "redis", "cassandra", "iceberg", "spark", "jump"}

// Members are the servers of schemes that place on such, for the peers too.
func Members() []place.Member {
	members := make([]place.Member, benchParts[0])
	for i := range members {
		members[i].Name = fmt.Sprintf("10.0.0.%d:11211", i+1)
		for range 16 {
			token := hash.SumXXH64([]byte(members[i].Name), uint64(len(members[i].Tokens)))
			members[i].Tokens = append(members[i].Tokens, int64(token))
		}
	}
	return members
}

// benchSchemes are all presets, with their numbers of partitions.
func benchSchemes() (all []place.Scheme, err error) {
	for _, preset := range place.Presets() {
		parts := preset.Parts
		if preset.Name == "jump" {
			parts = jumpParts
		}
		scheme, err := place.Lookup(preset.Name, parts)
		for _, parts := range benchParts {
			if err == nil {
				break
			}
			scheme, err = place.Lookup(preset.Name, parts)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, scheme)
	}
	for _, preset := range place.MemberPresets() {
		scheme, err := place.LookupMembers(preset.Name, Members())
		if err != nil {
			return nil, err
		}
		all = append(all, scheme)
	}
	return all, nil
}

// familiesOf returns the workloads that a scheme is measured with.
func familiesOf(s place.Scheme) []string {
	switch {
	case s.Span == place.SpanHashTag: // where random bytes would be full of hash tags
		return []string{"ascii16", "fixed16", "user"}
	case s.Keys == place.KeysVitessNumber:
		return []string{"fixed8"}
	case s.Keys.Framed(): // which are text
		return []string{"ascii16", "user"}
	}
	return someFamilies
}

// placeTable computes the partitions of batches, with every preset.
func (c Config) placeTable(report *Report) (table, error) {
	columns := c.columns(report)
	t := table{close: columns.close}
	schemes, err := benchSchemes()
	if err != nil {
		return table{}, err
	}
	for _, scheme := range schemes {
		families := c.Workloads
		switch {
		case families != nil:
		case c.Quick && !slices.Contains(quickSchemes, scheme.Name):
			continue
		default:
			families = pick(c.Quick, familiesOf(scheme)[:1], familiesOf(scheme))
		}
		for _, family := range families {
			g, err := columns.placeGroup(scheme, family)
			if err != nil {
				return table{}, err
			}
			if g != nil {
				t.groups = append(t.groups, g)
			}
		}
	}
	return t, nil
}

func (c *columns) placeGroup(scheme place.Scheme, family string) (*group, error) {
	g := &group{name: scheme.Name + " " + family, promises: promisesOf("place")}
	w, err := c.workload(g, family)
	if w == nil {
		return nil, err
	}
	peers := []columnPeer[uint32]{{definition, false, placed(scheme)}}
	ours := func(b keymill.Backend, out *keymill.Placement, batch *keymill.Batch) error {
		return b.Place(out, batch, keymill.Params{Scheme: scheme})
	}
	if scheme.Keys.Framed() {
		e, err := typed.NewEncoder(scheme, textColumn)
		if err != nil {
			return nil, err
		}
		var unfit *keymill.BatchError
		if err := e.Encode(&keymill.Batch{}, typed.Column{Type: textColumn, Bytes: w.Batches[0]}); errors.As(err, &unfit) {
			c.note(fmt.Sprintf("%s is left out: its keys are no text, which the system hashes", g.name))
			return nil, nil
		}
		ours = func(b keymill.Backend, out *keymill.Placement, batch *keymill.Batch) error {
			return e.Place(b, out, typed.Column{Type: textColumn, Bytes: *batch})
		}
		peers[0].run = encodedAndPlaced(scheme)
	}
	for _, p := range c.Peers.Place {
		tagged := p.Untagged && bytes.IndexByte(w.Batches[0].Data, '{') >= 0
		if p.Scheme == scheme.Name && p.Parts == scheme.Parts && p.Hash == hash.Default && !tagged {
			peers = append(peers, columnPeer[uint32]{p.Name, false, p.Place})
		}
	}
	out := &keymill.Placement{Parts: c.parts}
	return columnGroup(c, g, w, c.parts, func(b keymill.Backend, batch *keymill.Batch) error {
		return ours(b, out, batch)
	}, peers), nil
}

// textColumn is what keys are that a system hashes in a form of its own.
var textColumn = typed.Type{Kind: typed.String}

// placed computes partitions by the definition, a call per key.
func placed(s place.Scheme) func(out []uint32, b *keymill.Batch) {
	return func(out []uint32, b *keymill.Batch) {
		for i := range out {
			_, out[i] = s.Place(b.Key(i))
		}
	}
}

// encodedAndPlaced is [placed] for keys that the system hashes in a form of its own,
// which is made of a batch at once.
func encodedAndPlaced(s place.Scheme) func(out []uint32, b *keymill.Batch) {
	e, err := typed.NewEncoder(s, textColumn)
	if err != nil {
		panic(err) // there is one already
	}
	var keys keymill.Batch
	return func(out []uint32, b *keymill.Batch) {
		if err := e.Encode(&keys, typed.Column{Type: textColumn, Bytes: *b}); err != nil {
			clear(out) // which is not what ours computes, and so is found
			return
		}
		placed(e.Scheme())(out, &keys)
	}
}
