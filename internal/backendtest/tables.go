package backendtest

import (
	"fmt"
	"math/rand/v2"
	"slices"

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
	if r < place.ReduceTable {
		return nil
	}
	var err error
	rng := rand.New(rand.NewPCG(uint64(members), uint64(r)))
	owners := make([]uint32, 0, 5*members)
	for i := range 5 * members {
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
