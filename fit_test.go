package keymill_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

// fitSizes are numbers of keys as Calibrate measures them.
var fitSizes = []int{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096,
	8192, 16384, 32768, 65536, 131072, 262144, 524288, 1 << 20, 1 << 21}

// measured returns points of those lengths of keys.
func measured(nanos func(keys, bytes int) float64, lengths ...int) (points []keymill.Point) {
	for _, length := range lengths {
		for _, n := range fitSizes {
			points = append(points, keymill.Point{Keys: n, Bytes: n * length, Nanos: nanos(n, n*length)})
		}
	}
	return points
}

// farOff returns the largest relative error of a cost on sizes that it was not fitted to.
func farOff(c keymill.Cost, nanos func(keys, bytes int) float64, lengths ...int) (worst float64) {
	for _, length := range lengths {
		for keys := 1.0; keys <= 1e7; keys *= 1.13 {
			n := int(keys)
			worst = max(worst, math.Abs(c.Nanos(n, n*length)/nanos(n, n*length)-1))
		}
	}
	return worst
}

func TestFitLine(t *testing.T) {
	line := keymill.Cost{Fixed: 130, PerKey: 2.5, PerByte: 0.07}
	got := keymill.Fit(measured(line.Nanos, 12, 40))
	require.Empty(t, got.Beyond, "one line is enough")
	require.InEpsilon(t, line.Fixed, got.Fixed, 1e-3)
	require.InEpsilon(t, line.PerKey, got.PerKey, 1e-3)
	require.InEpsilon(t, line.PerByte, got.PerByte, 1e-3)
	require.Less(t, farOff(got, line.Nanos, 4, 12, 40, 300), 1e-3)
}

// Keys of one length do not tell what a byte costs; the sum is right all the same.
func TestFitOneLength(t *testing.T) {
	line := keymill.Cost{Fixed: 130, PerKey: 2.5, PerByte: 0.07}
	got := keymill.Fit(measured(line.Nanos, 8))
	require.Empty(t, got.Beyond)
	require.Less(t, farOff(got, line.Nanos, 8), 1e-3)
	require.InEpsilon(t, 16*got.PerByte, got.PerKey, 1e-3, "it goes with the footprint")
}

func TestFitKnee(t *testing.T) {
	for name, beyond := range map[string]keymill.Piece{
		"slower": {From: 40_000, Fixed: 100 - 40_000*0.5/16, PerKey: 1.5, PerByte: 0.5 / 16},
		"faster": {From: 40_000, Fixed: 100 + 40_000*0.5/16, PerKey: 0.5, PerByte: 0},
	} {
		t.Run(name, func(t *testing.T) {
			knee := keymill.Cost{Fixed: 100, PerKey: 1, Beyond: []keymill.Piece{beyond}}
			if name == "faster" {
				knee.PerByte = 0.5 / 16
			}
			got := keymill.Fit(measured(knee.Nanos, 16, 48))
			require.Len(t, got.Beyond, 1)
			require.InEpsilon(t, 40_000, got.Beyond[0].From, 0.5)
			require.Less(t, farOff(got, knee.Nanos, 16, 48), 0.05)
		})
	}
}

func TestFitStep(t *testing.T) {
	step := keymill.Cost{Fixed: 100, PerKey: 1, Beyond: []keymill.Piece{{From: 32 * 700, Fixed: 2100, PerKey: 1}}}
	points := measured(step.Nanos, 16)
	got := keymill.Fit(points)
	require.Len(t, got.Beyond, 1)
	require.Less(t, keymill.ResidualOf(got, points).Largest, 0.01)
	require.Greater(t, got.Beyond[0].From, 32*512, "between the sizes that it was measured at")
	require.LessOrEqual(t, got.Beyond[0].From, 32*768)
}

// What is measured too high at some sizes does not bend the line, and noise is not taken
// for pieces.
func TestFitNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	line := keymill.Cost{Fixed: 130, PerKey: 2.5, PerByte: 0.07}
	pieces := 0
	for range 20 {
		got := keymill.Fit(measured(func(keys, bytes int) float64 {
			return line.Nanos(keys, bytes) * math.Exp(0.05*rng.NormFloat64())
		}, 12, 40))
		pieces += len(got.Beyond)
		require.Less(t, farOff(got, line.Nanos, 12, 20, 40), 0.15)
	}
	require.Less(t, pieces, 40, "two a cost, where six would follow the noise")
}

// One point in eight took two to five times as long, because something else ran: that is neither
// followed, nor does it lead astray where no points are any more.
func TestFitSpikes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	line := keymill.Cost{Fixed: 130, PerKey: 2.5, PerByte: 0.07}
	worst, sum := 0.0, 0.0
	for range 200 {
		got := keymill.Fit(measured(func(keys, bytes int) float64 {
			nanos := line.Nanos(keys, bytes) * math.Exp(0.03*rng.NormFloat64())
			if rng.IntN(8) == 0 {
				nanos *= 2 + 3*rng.Float64()
			}
			return nanos
		}, 12, 40))
		off := farOff(got, line.Nanos, 12, 20, 40)
		worst, sum = max(worst, off), sum+off
	}
	require.Less(t, sum/200, 0.05)
	require.Less(t, worst, 1.0)
	t.Log(worst)
}

// Whatever the points, a cost is never negative, and monotone for keys of the lengths that
// were measured.
func TestFitIsMonotone(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	largest := 17.0
	if math.MaxInt == math.MaxInt32 {
		largest = 15 // so that twice its bytes are an int
	}
	for range 300 {
		lengths := []int{1 + rng.IntN(40)}
		if rng.IntN(2) == 0 {
			lengths = append(lengths, lengths[0]+rng.IntN(100))
		}
		wild := math.Pow(10, -3*rng.Float64())
		power := 1.5 * rng.Float64()
		got := keymill.Fit(measured(func(keys, bytes int) float64 {
			return math.Pow(float64(keys+bytes), power) * math.Exp(wild*rng.NormFloat64())
		}, lengths...))
		require.NoError(t, got.Check())
		require.LessOrEqual(t, len(got.Beyond), 5)
		for range 500 {
			keys, bytes := int(math.Exp(largest*rng.Float64())), int(math.Exp(20*rng.Float64()))
			require.GreaterOrEqual(t, got.Nanos(keys, bytes), 0.0, "%d %d %+v", keys, bytes, got)
			short, long := lengths[0], lengths[len(lengths)-1]
			bytes = keys * (short + rng.IntN(long-short+1))
			require.GreaterOrEqual(t, got.Nanos(2*keys, 2*bytes)*(1+1e-9), got.Nanos(keys, bytes), "%d %d %+v", keys, bytes, got)
		}
	}
}

// Vectors begin to pay at eight keys: that the time falls there is taken for a mean, and what is
// slow before is not taken for noise.
func TestFitPoolsWhatFalls(t *testing.T) {
	var points []keymill.Point
	for keys, nanos := range map[int]float64{
		1: 360, 2: 450, 3: 426, 4: 430, 6: 468, 8: 325, 12: 255, 16: 252, 24: 266, 32: 280, 48: 315, 64: 354, 96: 445, 128: 470, 192: 600,
		256: 727, 384: 975, 512: 1250, 768: 1860, 1024: 2375, 2048: 4500, 4096: 9000, 8192: 18000,
	} {
		points = append(points, keymill.Point{Keys: keys, Bytes: 16 * keys, Nanos: nanos})
	}
	got := keymill.ResidualOf(keymill.Fit(points), points)
	require.Less(t, got.Largest, 0.36, "468 and 252 have a mean of 343")
	require.Less(t, got.Median, 0.06)
}

// Where the last points are too low, larger batches are not for nothing.
func TestFitBeyondThePoints(t *testing.T) {
	line := keymill.Cost{Fixed: 130, PerKey: 2.5, PerByte: 0.07}
	points := measured(line.Nanos, 16)
	for i := range points {
		if n := len(points); i >= n-3 {
			points[i].Nanos = line.Nanos(fitSizes[n-4], 16*fitSizes[n-4]) * (1 + 0.1*float64(i-n+3))
		}
	}
	got := keymill.Fit(points)
	last := points[len(points)-1]
	perKey := last.Nanos / float64(last.Keys)
	require.Greater(t, got.Nanos(1e7, 16e7)/1e7, 0.8*perKey, "a key takes what it took in the largest batch that was measured")
}

func TestFitFewPoints(t *testing.T) {
	require.Equal(t, keymill.Cost{}, keymill.Fit(nil))
	require.Equal(t, keymill.Cost{}, keymill.Fit([]keymill.Point{{Nanos: 5}, {Keys: 5}, {Keys: 1, Nanos: math.NaN()}, {Keys: 1, Nanos: math.Inf(1)}, {Keys: 1, Bytes: -1, Nanos: 1}}))
	one := keymill.Fit([]keymill.Point{{Keys: 10, Bytes: 160, Nanos: 500}})
	require.InEpsilon(t, 500, one.Nanos(10, 160), 1e-6)
	two := keymill.Fit([]keymill.Point{{Keys: 10, Bytes: 160, Nanos: 500}, {Keys: 1000, Bytes: 16000, Nanos: 5000}})
	require.InEpsilon(t, 500, two.Nanos(10, 160), 1e-6)
	require.InEpsilon(t, 5000, two.Nanos(1000, 16000), 1e-6)
}

func TestResidual(t *testing.T) {
	c := keymill.Cost{PerKey: 1}
	require.Equal(t, keymill.Residual{}, keymill.ResidualOf(c, nil))
	got := keymill.ResidualOf(c, []keymill.Point{{Keys: 10, Nanos: 10}, {Keys: 100, Nanos: 125}, {Keys: 100, Nanos: 80}})
	require.Equal(t, 3, got.Points)
	require.InEpsilon(t, 0.25, got.Largest, 1e-9)
	require.InEpsilon(t, 0.2, got.Median, 1e-9)
}
