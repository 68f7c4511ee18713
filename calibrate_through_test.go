package keymill

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// What takes a scale of another's time takes that at every size, and is as sound a cost.
func TestThrough(t *testing.T) {
	scale := Cost{Fixed: 2000, PerKey: 1, Beyond: []Piece{{From: 16 * 10_000, Fixed: 7000, PerKey: 0.5}, {From: 16 * 1_000_000, Fixed: 7000 - 100_000, PerKey: 0.6}}}
	base := Cost{Fixed: 100, PerKey: 2, PerByte: 0.1, Beyond: []Piece{{From: 50_000, Fixed: 300, PerKey: 2.5, PerByte: 0.2}}}
	got := through(scale, base, Width16)
	require.NoError(t, got.Check())
	require.Len(t, got.Beyond, 3)
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		keys := int(math.Exp(16 * rng.Float64()))
		own := base.Nanos(keys, 16*keys)
		require.InEpsilon(t, scale.Nanos(int(math.Round(own)), 0), got.Nanos(keys, 16*keys), 0.01, keys)
	}
}

// However the pieces fall, the cost that comes out is never negative, and monotone for the keys
// that are usual.
func TestThroughIsMonotone(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	random := func(lengths ...int) Cost {
		power := 1.3 * rng.Float64()
		var points []Point
		for _, length := range lengths {
			for keys := 1; keys < 1e6; keys *= 2 {
				points = append(points, Point{Keys: keys, Bytes: keys * length, Nanos: 100 + 5*math.Pow(float64(keys), power)*math.Exp(0.3*rng.NormFloat64())})
			}
		}
		return Fit(points)
	}
	for range 300 {
		class := WidthClass(rng.IntN(int(numClasses)))
		got := through(random(0), random(8, 60), class)
		require.NoError(t, got.Check())
		length := int(typicalBytes(class))
		for range 100 {
			keys := int(math.Exp(14 * rng.Float64()))
			require.GreaterOrEqual(t, got.Nanos(2*keys, 2*keys*length)*(1+1e-9), got.Nanos(keys, keys*length))
			require.GreaterOrEqual(t, got.Nanos(keys, rng.IntN(1e8)), 0.0)
		}
	}
}
