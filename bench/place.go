package bench

import (
	"bytes"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// benchParts are the numbers of partitions of a scheme that does not have its
// own: the first that it takes. 12 is not a power of two, which is the easy case.
var benchParts = []uint32{12, 16}

// jumpParts are those of jump, whose work grows with their logarithm.
const jumpParts = 1000

// placeTable computes the partitions of batches, with every preset.
func (c Config) placeTable(report *Report) (table, error) {
	columns := c.columns(report)
	t := table{close: columns.close}
	for _, preset := range place.Presets() {
		families := c.Workloads
		switch {
		case families != nil:
		case c.Quick && preset.Name != "kafka" && preset.Name != "redis" && preset.Name != "jump":
			continue
		case preset.Name == "redis": // where random bytes would be full of hash tags
			families = pick(c.Quick, []string{"ascii16"}, []string{"ascii16", "fixed16", "user"})
		default:
			families = pick(c.Quick, someFamilies[:1], someFamilies)
		}
		for _, family := range families {
			g, err := columns.placeGroup(preset, family)
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

func (c *columns) placeGroup(preset place.Preset, family string) (*group, error) {
	g := &group{name: preset.Name + " " + family, promises: promisesOf("place")}
	w, err := c.workload(g, family)
	if w == nil {
		return nil, err
	}
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
	peers := []columnPeer[uint32]{{definition, false, placed(scheme)}}
	for _, p := range c.Peers.Place {
		tagged := p.Untagged && bytes.IndexByte(w.Batches[0].Data, '{') >= 0
		if p.Scheme == preset.Name && p.Parts == scheme.Parts && p.Hash == hash.Default && !tagged {
			peers = append(peers, columnPeer[uint32]{p.Name, false, p.Place})
		}
	}
	out := &keymill.Placement{Parts: c.parts}
	return columnGroup(c, g, w, c.parts, func(b keymill.Backend, batch *keymill.Batch) error {
		return b.Place(out, batch, keymill.Params{Scheme: scheme})
	}, peers), nil
}

// placed computes partitions by the definition, a call per key.
func placed(s place.Scheme) func(out []uint32, b *keymill.Batch) {
	return func(out []uint32, b *keymill.Batch) {
		for i := range out {
			_, out[i] = s.Place(b.Key(i))
		}
	}
}
