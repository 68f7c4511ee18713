package place

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/nearest"
)

// Member is a server, a node or a backend that keys are placed on. Schemes that
// are made of a list of members number them in the order of that list: partition
// i is members[i].
type Member struct {
	Name   string // as the system knows it, often host:port; what most systems hash
	Weight uint32 // its share, beside those of the others; 0 stands for 1
	Rack   string // what fails together with it; no scheme here asks for it
	Tokens []int64
}

// weight returns the weight, 1 if none is given.
func (m Member) weight() uint32 { return max(m.Weight, 1) }

// MemberPreset is a scheme by name that is made of a list of members, as the
// command line offers it.
type MemberPreset struct {
	About
	Weighted bool // takes weights other than 1
	Tokens   bool // needs the members' tokens
	make     func([]Member) (Scheme, error)
}

// MemberPresets returns all schemes that are made of members, in the order that
// help lists them.
func MemberPresets() []MemberPreset { return append([]MemberPreset(nil), memberPresets...) }

// ErrMembers says that a scheme needs a list of members, which [LookupMembers]
// takes and [Lookup] does not.
var ErrMembers = errors.New("it places by a list of members, which has to be given")

// LookupMembers returns the scheme of that name of [MemberPresets] for these
// members, with the settings that its system has by default. An unknown name
// gives an [*UnknownError] that suggests the nearest one. The scheme returned
// passes [Scheme.Check].
func LookupMembers(name string, members []Member) (Scheme, error) {
	if p := memberPreset(name); p != nil {
		return p.make(members)
	}
	var names []string
	for _, p := range memberPresets {
		names = append(names, p.Name)
	}
	return Scheme{}, nearest.Unknown("scheme of members", name, names)
}

// Example returns a scheme of the preset, for one member.
func (p MemberPreset) Example() (Scheme, error) {
	return p.make([]Member{{Name: "127.0.0.1:1", Tokens: []int64{0}}})
}

// NeedsMembers reports whether the name is that of a [MemberPreset].
func NeedsMembers(name string) bool { return memberPreset(name) != nil }

func memberPreset(name string) *MemberPreset {
	i := slices.IndexFunc(memberPresets, func(p MemberPreset) bool { return p.Name == plainName(name) })
	if i < 0 {
		return nil
	}
	return &memberPresets[i]
}

// plainName is a name as presets write it.
func plainName(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "-") }

// maxEntries is how many points or entries the tables of members have at most:
// far more than any of these systems makes, and 200 MB of memory.
const maxEntries = 1 << 24

// checkMembers says whether the list can be placed on: its names are there and
// differ.
func checkMembers(scheme string, members []Member) error {
	if len(members) == 0 {
		return fmt.Errorf("scheme %s: no members: it takes at least one", scheme)
	}
	if len(members) > maxEntries {
		return tooMany(scheme, uint64(len(members)), "members")
	}
	first := make(map[string]int, len(members))
	for i, m := range members {
		if m.Name == "" {
			return fmt.Errorf("scheme %s: member %d has no name", scheme, i)
		}
		if other, doubled := first[m.Name]; doubled {
			return fmt.Errorf("scheme %s: member %d is %s, as member %d is: each is there once", scheme, i, m.Name, other)
		}
		first[m.Name] = i
	}
	return nil
}

// checkEqual is checkMembers of a system that knows no weights, which it would be
// wrong to leave out in silence.
func checkEqual(scheme string, members []Member) error {
	for _, m := range members {
		if m.weight() != 1 {
			return fmt.Errorf("scheme %s: member %s has weight %d: its system has no weights, leave it out",
				scheme, m.Name, m.Weight)
		}
	}
	return checkMembers(scheme, members)
}

func tooMany(scheme string, n uint64, what string) error {
	return fmt.Errorf("scheme %s: %d %s: it takes at most %d", scheme, n, what, maxEntries)
}

// totalWeight returns the sum of the weights: fewer than 2^24 members, so no overflow.
func totalWeight(members []Member) (total uint64) {
	for _, m := range members {
		total += uint64(m.weight())
	}
	return total
}

// Rendezvous places on the member with the highest [Score] of the key's XXH64
// and that of its name, as go-redis' Ring and dgryski/go-rendezvous do. Weights,
// which those do not have, count by the logarithmic method: see [Table.Best].
//
// Source: github.com/dgryski/go-rendezvous, with XXH64.
func Rendezvous(members []Member) (Scheme, error) {
	const name = "rendezvous"
	if err := checkMembers(name, members); err != nil {
		return Scheme{}, err
	}
	hashes := make([]uint64, len(members))
	weights := make([]uint32, len(members))
	for i, m := range members {
		hashes[i], weights[i] = xxh64(m.Name), m.weight()
	}
	t, err := NewRendezvous(hashes, weights)
	return made(Scheme{Name: name, Hash: hash.XXH64, Reduce: ReduceRendezvous, Table: t}, err)
}

// made completes a scheme by its table, which may have failed.
func made(s Scheme, err error) (Scheme, error) {
	if err != nil {
		return Scheme{}, fmt.Errorf("scheme %s: %w", s.Name, err)
	}
	s.Parts = s.Table.Members()
	return s, s.Check()
}

func xxh64(text string) uint64 { return hash.XXH64.Sum64([]byte(text), hash.Seed{}) }

// sortedByName returns the numbers of the members, in the order of what names.
func sortedByName(members []Member, name func(Member) string) []uint32 {
	order := make([]uint32, len(members))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(name(members[a]), name(members[b])) })
	return order
}
