package backendtest

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// bytesOf returns the scheme for keys that are encoded already.
func bytesOf(s place.Scheme) place.Scheme {
	s.Keys = place.KeysBytes
	return s
}

func tableScheme(r place.Reduce, members uint32) place.Scheme {
	return place.Scheme{Name: fmt.Sprintf("%s of %d", r, members), Reduce: r, Parts: members, Table: TableOf(r, members)}
}

// TableOf returns a table for a reduction that needs one, nil for others: several
// entries of each member, in no order, and members of a rendezvous whose weights
// differ if there are more than 10.
func TableOf(r place.Reduce, members uint32) (t *place.Table) {
	if !r.LooksUp() {
		return nil
	}
	var err error
	rng := rand.New(rand.NewPCG(uint64(members), uint64(r)))
	entries := 5 * members
	if members == 8 {
		entries = 64 // a power of two, which remainders may take by a mask
	}
	owners := make([]uint32, 0, entries)
	for i := range entries {
		owners = append(owners, i%members)
	}
	rng.Shuffle(len(owners), func(i, j int) { owners[i], owners[j] = owners[j], owners[i] })
	points := make([]uint64, len(owners))
	for i := range points {
		points[i] = rng.Uint64() >> rng.IntN(40)
	}
	switch r {
	case place.ReduceTable:
		t, err = place.NewTable(owners, members)
	case place.ReduceRing:
		slices.Sort(points)
		points = slices.Compact(points)
		t, err = place.NewRing(points, owners[:len(points)], members)
	case place.ReduceRendezvous:
		var weights []uint32
		if members > 10 {
			weights = owners[:members]
			for i := range weights {
				weights[i] = 1 + weights[i]*weights[i]
			}
		}
		t, err = place.NewRendezvous(points[:members], weights)
	}
	if err != nil {
		panic(err) // ours
	}
	return t
}

// edges: hashes where a fold, a reduction or a search may be off by one. A word that is
// its own hash brings any number there.
func edges(b keymill.Backend) error {
	words := []uint64{0, 1, 1<<15 - 1, 1 << 15, 1 << 16, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 1, 1 << 32, 1<<47 - 1, 1<<63 - 1, 1 << 63,
		1<<63 + 1, math.MaxUint64 - 1, math.MaxUint64, 0x80000000_00000000, 0xFFFFFFFF_80000000, 0x01020304_05060708}
	for _, members := range []uint32{1, 3, 8, 20} {
		for r := place.ReduceMod; int(r) < place.NumReduces; r++ {
			table := TableOf(r, members)
			batch := keymill.Batch{Width: 8}
			for _, word := range words {
				batch.Data = binary.LittleEndian.AppendUint64(batch.Data, word)
			}
			if table != nil {
				for _, point := range table.Points() {
					for near := point - 1; near != point+2; near++ {
						batch.Data = binary.LittleEndian.AppendUint64(batch.Data, near)
					}
				}
			}
			for fold := place.FoldNone; fold <= place.FoldNoMin; fold++ {
				s := place.Scheme{Hash: hash.XXH64, Word8: true, Fold: fold, Reduce: r, Parts: members, Table: table}
				if s.Check() != nil { // mask takes powers of two
					continue
				}
				if err := compare(b, &batch, keymill.Params{Scheme: s}, everything); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
