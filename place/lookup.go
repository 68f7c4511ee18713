package place

import (
	"fmt"

	"github.com/keymill/keymill/internal/nearest"
)

// Preset is a scheme by name, as the command line offers it.
type Preset struct {
	About
	Parts uint32 // the number of partitions if the system fixes it, else 0
	make  func(parts uint32) Scheme
}

// Presets returns all presets, in the order that help lists them.
func Presets() []Preset { return append([]Preset(nil), presets...) }

// Lookup returns the preset of that name with that many partitions; 0 stands
// for the number that the system fixes, where it fixes one. An unknown name
// gives an [*UnknownError] that suggests the nearest one, and one of
// [MemberPresets] an error that matches [ErrMembers]. The scheme returned passes [Scheme.Check].
func Lookup(name string, parts uint32) (Scheme, error) {
	names := make([]string, 0, len(presets)+len(memberPresets))
	for _, p := range presets {
		if p.Name == plainName(name) {
			return p.scheme(parts)
		}
		names = append(names, p.Name)
	}
	for _, p := range memberPresets {
		if p.Name == plainName(name) {
			return Scheme{}, fmt.Errorf("scheme %s: %w", p.Name, ErrMembers)
		}
		names = append(names, p.Name)
	}
	return Scheme{}, nearest.Unknown("scheme", name, names)
}

func (p Preset) scheme(parts uint32) (Scheme, error) {
	if p.Parts != 0 && parts != 0 && parts != p.Parts {
		return Scheme{}, fmt.Errorf("scheme %s: %d partitions: it always has %d", p.Name, parts, p.Parts)
	}
	s := p.make(parts)
	return s, s.Check()
}

// Example returns a scheme of the preset, with a number of partitions that it takes.
func (p Preset) Example() (Scheme, error) { return p.scheme(max(p.Parts, 1)) }

// UnknownError says that no preset has the name that was asked for.
type UnknownError = nearest.UnknownError
