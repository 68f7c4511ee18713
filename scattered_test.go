package keymill_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/place"
)

func ExamplePlaceStrings() {
	users := []string{"user:1001", "user:1002", "user:1003"}
	placed := keymill.Placement{Parts: make([]uint32, len(users))}
	err := keymill.PlaceStrings(cpu.New(), &placed, users, keymill.Params{Scheme: place.Kafka(12)})
	fmt.Println(placed.Parts, err)
	// Output: [5 5 11] <nil>
}

// Outputs of the wrong length are refused before a key is looked at, by the same
// errors as those of a batch; so is a scheme that cannot be computed.
func TestPlaceScatteredErrors(t *testing.T) {
	keys := []string{"a", "b"}
	for says, call := range map[string]struct {
		dst keymill.Placement
		p   keymill.Params
	}{
		"placement: Hashes has length 1, the call needs 2": {keymill.Placement{Hashes: make([]uint64, 1)}, keymill.Params{}},
		"placement: Parts has length 3, the call needs 2":  {keymill.Placement{Parts: make([]uint32, 3)}, keymill.Params{Scheme: place.Mod(2)}},
		"placement: Counts has length 3, the call needs 2": {keymill.Placement{Counts: make([]uint64, 3)}, keymill.Params{Scheme: place.Mod(2)}},
		"parts and counts need a placement scheme":         {keymill.Placement{Parts: make([]uint32, 2)}, keymill.Params{}},
		"scheme mod: 0 partitions: it takes at least 1":    {keymill.Placement{Parts: make([]uint32, 2)}, keymill.Params{Scheme: place.Mod(0)}},
	} {
		err := keymill.PlaceStrings(cpu.New(), &call.dst, keys, call.p)
		require.ErrorIs(t, err, keymill.ErrInvalid)
		require.ErrorContains(t, err, says)
		require.ErrorIs(t, keymill.PlaceSlices(cpu.New(), &call.dst, [][]byte{nil, nil}, call.p), keymill.ErrInvalid)
	}
}
