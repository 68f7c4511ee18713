package cpu

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

// The profile has a cost above 0 for everything that the backend runs, so that
// a dispatcher may always choose it.
func TestProfileIsComplete(t *testing.T) {
	p := Profile()
	for _, f := range hash.All() {
		for class := keymill.Ragged; class <= keymill.WidthOther; class++ {
			for r := range place.NumReduces {
				op := keymill.Op{Hash: f, Class: class, Reduce: place.Reduce(r)}
				cost, ok := p[op]
				require.True(t, ok, op)
				require.Positive(t, cost.PerKey, op)
				require.Positive(t, cost.PerByte, op)
			}
		}
	}
}

// BenchmarkProfile measures what Profile says.
func BenchmarkProfile(b *testing.B) { backendtest.BenchmarkProfile(b, New()) }
