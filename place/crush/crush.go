// Package crush says on which OSDs Ceph places data: CRUSH, controlled, scalable,
// decentralised placement of replicated data (Weil, Brandt, Miller, Maltzahn: SC
// 2006), bit for bit as Ceph computes it.
//
// A [Map] is what `crushtool -d` prints of a cluster's map: OSDs, the buckets that
// they stand in, such as hosts and racks, and rules. A [Placer] follows one rule:
//
//	x ─ take a bucket ─► choose N items of a type ─► ... ─ emit ─► OSDs
//
// where a bucket's item is drawn by a hash of x, the item and how often was drawn
// before; what was chosen already, is out or leads to no OSD is drawn again. In
// Ceph the number x is that of a placement group and its pool, [PPS].
//
// The words are Ceph's: bucket, item, rule, OSD, and weights in 16.16, where
// 0x10000 is 1. Source: ceph src/crush/mapper.c, CrushCompiler.cc, CrushWrapper.cc.
// Legacy buckets (list, tree, straw) and MSR rules are refused.
package crush

import (
	"fmt"
	"slices"

	"github.com/keymill/keymill/internal/nearest"
)

// None stands for an OSD that was not found: CRUSH_ITEM_NONE. Rules of erasure
// pools leave such holes, since there each place has its own data.
const None = int32(0x7fffffff)

// undefined stands for an item that is not found yet: CRUSH_ITEM_UNDEF.
const undefined = int32(0x7ffffffe)

// In is the reweight of an OSD that is wholly in, in 16.16.
const In = 0x10000

// Map is a CRUSH map. It never changes, and any number of goroutines can use it.
type Map struct {
	osds     []OSD
	types    map[string]int32
	buckets  []bucket
	index    []int32 // of bucket -1-id in buckets, or -1
	rules    []rule
	args     map[int64][]chooseArg
	tunables tunables
	logs     *logs
}

// OSD is a device of a map.
type OSD struct {
	ID    int32
	Name  string
	Class string // of the device, such as ssd; or ""
}

// Rule is what a rule of a map says of itself.
type Rule struct {
	ID      uint32
	Name    string // or ""
	Erasure bool   // for erasure-coded pools, else for replicated ones
}

// OSDs returns the OSDs of the map, in the order of their ids.
func (m *Map) OSDs() []OSD { return slices.Clone(m.osds) }

// Rules returns the rules of the map, in the order of their ids.
func (m *Map) Rules() []Rule {
	all := make([]Rule, len(m.rules))
	for i := range m.rules {
		all[i] = m.rules[i].Rule
	}
	return all
}

// Rule returns the rule of that name. An unknown name gives an error that suggests
// the nearest one.
func (m *Map) Rule(name string) (Rule, error) {
	var names []string
	for i := range m.rules {
		if m.rules[i].Name == name {
			return m.rules[i].Rule, nil
		}
		names = append(names, m.rules[i].Name)
	}
	return Rule{}, nearest.Unknown("rule", name, names)
}

// rule returns the rule with that id.
func (m *Map) rule(id uint32) (*rule, error) {
	for i := range m.rules {
		if m.rules[i].ID == id {
			return &m.rules[i], nil
		}
	}
	return nil, fmt.Errorf("the map has no rule %d", id)
}

// tunables are the settings of a map that rules can overrule.
type tunables struct {
	totalTries    uint32 // descents after the first
	localTries    uint32
	localFallback uint32
	varyR         uint32
	descendOnce   bool
	stable        bool
}

// legacy is what a tunable has that a map does not name: argonaut's.
var legacy = tunables{totalTries: 19, localTries: 2, localFallback: 5}

// bucket is a set of items, weighted, and each of which is an OSD or a bucket.
type bucket struct {
	id      int32
	kind    int32 // the number of its type
	uniform bool  // else straw2
	weight  uint32
	items   []int32
	draws   [][]draw // of straw2, one list of the items' draws for each position of a replica; the last is for all more
}

// draw is what straw2 needs of an item.
type draw struct {
	inverse uint64 // of the weight, see inverseOf; 0 for weight 0
	id      int32  // that is hashed: the item, unless choose_args says otherwise
	shift   uint8
}

func (m *Map) bucket(id int32) *bucket { return &m.buckets[m.index[-1-id]] }

// has says whether a bucket has that id.
func (m *Map) has(id int32) bool {
	return id < 0 && int(-1-id) < len(m.index) && m.index[-1-id] >= 0
}
