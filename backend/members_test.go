package backend_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/place"
)

// Every scheme of members, on every backend: as place defines it.
func TestSchemesOfMembers(t *testing.T) {
	var ragged, fixed, shards keymill.Batch
	fixed.Width = 16
	for i := range 3000 {
		require.NoError(t, ragged.Append(fmt.Appendf(nil, "%0*d", i%60, i)))
		require.NoError(t, shards.Append(fmt.Appendf(nil, "user:%d", i)))
		require.NoError(t, fixed.Append(fmt.Appendf(nil, "user:%011d", i*i)))
	}
	require.NoError(t, ragged.AppendNull())
	for _, e := range backend.List() {
		if e.Err != nil {
			require.ErrorIs(t, e.Err, keymill.ErrUnavailable)
			continue
		}
		compared := 0
		for _, p := range place.MemberPresets() {
			for _, n := range []int{1, 2, 5, 40} {
				params := keymill.Params{Scheme: ofMembers(t, p, n)}
				for _, b := range []*keymill.Batch{&ragged, &fixed, &shards} {
					var got keymill.Placement
					got.Resize(keymill.OutHashes|keymill.OutParts|keymill.OutCounts, b.Len(), uint32(n))
					err := e.Backend.Place(&got, b, params)
					if e.Device && errors.Is(err, keymill.ErrUnsupported) {
						continue
					}
					require.NoError(t, err, "%s %s of %d", e.Name, p.Name, n)
					require.NoError(t, keymill.Verify(&got, b, params), "%s %s of %d", e.Name, p.Name, n)
					compared++
				}
			}
		}
		require.True(t, e.Device || compared == 3*4*len(place.MemberPresets()), e.Name)
	}
}

// ofMembers returns the scheme of n members, whose weights differ where they may.
func ofMembers(t *testing.T, p place.MemberPreset, n int) place.Scheme {
	members := make([]place.Member, n)
	for i := range members {
		members[i].Name = fmt.Sprintf("10.0.0.%d:6379", i)
		if p.Weighted && n > 2 {
			members[i].Weight = uint32(1 + i%7)
		}
		if p.Tokens {
			for j := range int64(5) {
				members[i].Tokens = append(members[i].Tokens, -1<<63+(j*int64(n)+int64(i))*(1<<61/int64(n)))
			}
		}
	}
	s, err := place.LookupMembers(p.Name, members)
	require.NoError(t, err)
	return s
}
