package simd

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/internal/backendtest"
)

// TestConformance runs the suite on every level that this processor has.
// (TestRequired of package backend fails where one is missing that must be there.)
func TestConformance(t *testing.T) {
	for _, level := range Levels() {
		if level.Err != nil {
			require.ErrorIs(t, level.Err, keymill.ErrUnavailable)
			continue
		}
		t.Run(level.Name, func(t *testing.T) { backendtest.Run(t, level.Backend) })
	}
}

// Nothing costs nothing: a dispatcher would give all of it to that level.
func TestProfilesAreComplete(t *testing.T) {
	for _, level := range Levels() {
		if level.Err != nil {
			continue
		}
		for op, cost := range cpu.Profile() {
			require.Positive(t, level.Profile[op].PerByte, "%s: %v", level.Name, op)
			require.Positive(t, level.Profile[op].PerKey, "%s: %v", level.Name, op)
			require.LessOrEqual(t, level.Profile[op].PerKey, cost.PerKey+1, "%s: %v", level.Name, op)
		}
	}
}

// BenchmarkProfile measures what the built-in profiles say.
func BenchmarkProfile(b *testing.B) {
	for _, level := range Levels() {
		if level.Err == nil {
			b.Run(level.Name, func(b *testing.B) { backendtest.BenchmarkProfile(b, level.Backend) })
		}
	}
}

func FuzzConformance(f *testing.F) {
	var backends []keymill.Backend
	for _, level := range Levels() {
		if level.Err == nil {
			backends = append(backends, level.Backend)
		}
	}
	backendtest.Fuzz(f, backends...)
}
