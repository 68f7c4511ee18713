package keymill

import (
	"testing"

	"github.com/stretchr/testify/require"
)

type nothing struct{}

func (nothing) Name() string { return "nothing" }

func (nothing) Place(*Placement, *Batch, Params) error { return nil }

// A call that is over keeps no memory of its caller alive.
func TestParallelLetsGo(t *testing.T) {
	p := Parallel(nothing{}, 2).(*parallel)
	call := newParallelCall(p.backend, 2)
	p.calls.New = func() any { return call }
	b := NewBatch("a", "b")
	require.NoError(t, p.Place(&Placement{Hashes: make([]uint64, 2)}, &b, Params{}))
	for _, s := range call.slices {
		require.Zero(t, s.batch)
		require.Zero(t, s.dst)
		require.Zero(t, s.params)
	}
}
