package backend

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
)

// renamed is cpu under another name, and broken if fail is not nil.
type renamed struct {
	keymill.Backend
	name string
	fail error
}

func (r renamed) Name() string { return r.name }

func (r renamed) Place(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
	if r.fail != nil {
		return r.fail
	}
	return r.Backend.Place(dst, b, p)
}

// What fails its self-test is listed with the reason, and not usable.
func TestSelfTestGates(t *testing.T) {
	good := tested(renamed{cpu.New(), "good", nil}, cpu.Profile())
	require.NoError(t, good.Err)
	require.NotNil(t, good.Backend)
	bad := tested(renamed{cpu.New(), "bad", errors.New("device lost")}, cpu.Profile())
	require.Nil(t, bad.Backend)
	require.ErrorContains(t, bad.Err, "self-test of bad: ")
	require.ErrorContains(t, bad.Err, "device lost")
}

func TestChooseAmongSeveral(t *testing.T) {
	missing := errors.New("this CPU has no AVX-512")
	entries := []Entry{
		{Name: "cpu", Backend: cpu.New()},
		{Name: "simd/avx512", Err: missing},
		{Name: "simd/avx2", Backend: renamed{cpu.New(), "simd/avx2", nil}},
		{Name: "simdex", Backend: renamed{cpu.New(), "simdex", nil}},
		{Name: "opencl:0", Backend: renamed{cpu.New(), "opencl:0", nil}, Device: true},
		{Name: "opencl:1", Backend: renamed{cpu.New(), "opencl:1", nil}, Device: true, ByName: true},
	}
	names := func(name string) (all []string) {
		candidates, err := choose(entries, name, 1)
		require.NoError(t, err)
		for _, c := range candidates {
			all = append(all, c.Name())
		}
		return all
	}
	require.Equal(t, []string{"simd/avx2"}, names("simd"), "the one of them that can be used")
	require.Equal(t, []string{"simd/avx2"}, names("simd/avx2"))
	require.Equal(t, []string{"opencl:0", "opencl:1"}, names("opencl"))
	require.Equal(t, []string{"opencl:1"}, names("opencl:1"))
	require.Equal(t, []string{"cpu", "simd/avx2", "simdex", "opencl:0"}, names(Auto))

	several, err := choose(entries, Auto, 2)
	require.NoError(t, err)
	var parallel []string
	for _, c := range several[4:] {
		parallel = append(parallel, c.Name())
	}
	require.Equal(t, []string{"cpu*2", "simd/avx2*2", "simdex*2"}, parallel, "a device serves all goroutines")
	require.Empty(t, workerCounts(1))
	require.Equal(t, []int{2, 3}, workerCounts(3))
	require.Equal(t, []int{2, 4, 8}, workerCounts(8))
	require.Equal(t, []int{2, 4, 8, 12}, workerCounts(12))

	_, err = choose(entries, "simd/avx512", 1)
	require.ErrorIs(t, err, keymill.ErrUnavailable)
	require.ErrorIs(t, err, missing)
	require.EqualError(t, err, "backend simd/avx512 is not available here: this CPU has no AVX-512")
	_, err = choose(entries[1:2], Auto, 1)
	require.ErrorIs(t, err, missing)
	_, err = choose(entries, "op", 1)
	require.ErrorContains(t, err, `backend "op" is not available here`)
}
