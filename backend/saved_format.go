package backend

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/keymill/keymill"
)

// schema is the number of the format below. A profile is measured anew rather than converted.
const schema = 1

// savedFile is a file of profiles, as JSON.
type savedFile struct {
	Schema   int             `json:"schema"`
	SHA256   string          `json:"sha256"`   // of Profiles, byte by byte, in hex
	Profiles json.RawMessage `json:"profiles"` // savedProfiles
}

type savedProfiles struct {
	maker
	Backends map[string]json.RawMessage `json:"backends"` // savedCosts
}

type savedCosts map[keymill.Op]savedCost

// savedCost is a cost as a list: fixed, per key, per byte; and for each piece beyond, where it
// begins, and the same three. JSON's numbers keep each bit of them.
type savedCost []float64

// maxPieces is how many pieces beyond the first a cost may have, since each choice looks through
// them.
const maxPieces = 100

func encode(made maker, backends map[string]keymill.Profile) ([]byte, error) {
	p := savedProfiles{maker: made, Backends: map[string]json.RawMessage{}}
	for name, profile := range backends {
		costs := savedCosts{}
		for op, c := range profile {
			list := savedCost{c.Fixed, c.PerKey, c.PerByte}
			for _, piece := range c.Beyond {
				list = append(list, float64(piece.From), piece.Fixed, piece.PerKey, piece.PerByte)
			}
			costs[op] = list
		}
		text, err := json.Marshal(costs)
		if err != nil {
			return nil, err
		}
		p.Backends[name] = text
	}
	profiles, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(profiles)
	file, err := json.Marshal(savedFile{schema, hex.EncodeToString(sum[:]), profiles})
	return append(file, '\n'), err
}

// decode returns what encode has been given, of the backends that are wanted: the rest would only
// take time. The error goes on after "the profile FILE ".
func decode(file []byte, wanted func(name string) bool) (maker, map[string]keymill.Profile, error) {
	var f savedFile
	if err := unmarshal(file, &f); err != nil {
		return maker{}, nil, fmt.Errorf("is damaged: %w", err)
	}
	if f.Schema != schema {
		return maker{}, nil, fmt.Errorf("has format %d, and this version of keymill reads %d", f.Schema, schema)
	}
	sum := sha256.Sum256(f.Profiles)
	if hex.EncodeToString(sum[:]) != f.SHA256 {
		return maker{}, nil, errors.New("is damaged: its checksum is wrong")
	}
	made, backends, err := decodeProfiles(f.Profiles, wanted)
	if err != nil {
		err = fmt.Errorf("is damaged: %w", err)
	}
	return made, backends, err
}

func decodeProfiles(text []byte, wanted func(name string) bool) (maker, map[string]keymill.Profile, error) {
	var p savedProfiles
	if err := unmarshal(text, &p); err != nil {
		return maker{}, nil, err
	}
	backends := map[string]keymill.Profile{}
	for name, text := range p.Backends {
		if !wanted(name) {
			continue
		}
		var costs savedCosts
		if err := unmarshal(text, &costs); err != nil {
			return maker{}, nil, fmt.Errorf("%.100q: %w", name, err)
		}
		profile := keymill.Profile{}
		for op, list := range costs {
			cost, err := list.cost()
			if err != nil {
				return maker{}, nil, fmt.Errorf("%.100q, %s: %w", name, op, err)
			}
			profile[op] = cost
		}
		backends[name] = profile
	}
	return p.maker, backends, nil
}

// cost returns the cost, if it is one that a dispatcher can rely on.
func (l savedCost) cost() (c keymill.Cost, err error) {
	if len(l) < 3 || len(l)%4 != 3 || len(l)/4 > maxPieces {
		return c, fmt.Errorf("a cost of %d numbers: it has 3 and 4 for each piece, at most %d pieces", len(l), maxPieces)
	}
	c = keymill.Cost{Fixed: l[0], PerKey: l[1], PerByte: l[2]}
	for l = l[3:]; len(l) > 0; l = l[4:] {
		if l[0] != math.Trunc(l[0]) || !(l[0] > 0 && l[0] < math.MaxInt32) {
			return c, fmt.Errorf("a piece begins at %g: it takes a whole number of bytes, below %d", l[0], math.MaxInt32)
		}
		c.Beyond = append(c.Beyond, keymill.Piece{From: int(l[0]), Fixed: l[1], PerKey: l[2], PerByte: l[3]})
	}
	return c, c.Check()
}

// unmarshal takes one value, and nothing that it does not know.
func unmarshal(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); err == nil {
		return errors.New("something follows it")
	}
	return nil
}
