package keymill

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// call is one batch that a backend was given.
type call struct {
	backend string
	op      Op
	keys    int
	long    bool    // there are two columns of ragged keys, and two of other widths
	at      uintptr // where its keys begin
}

// logging returns backends that note the batches that they are given.
func logging(c *clock, log *[]call, names ...string) (all []Backend) {
	for _, name := range names {
		all = append(all, noted{c.model(name, func(_ Op, keys, bytes int) float64 { return 50 + float64(keys+bytes) }), log})
	}
	return all
}

type noted struct {
	*model
	log *[]call
}

func (n noted) Place(dst *Placement, b *Batch, p Params) error {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(b.Data)))
	if b.Width == 0 {
		start += uintptr(b.Offsets[0])
	}
	*n.log = append(*n.log, call{n.name, OpOf(dst, b, &p), b.Len(), b.Size() > 32*b.Len(), start})
	return n.model.Place(dst, b, p)
}

// All backends are measured at one size before the next is, in one order as often as in another,
// and a size comes again when others have been measured.
func TestCalibrateInterleaves(t *testing.T) {
	c := newClock()
	var log []call
	k := &calibrator{options: CalibrateOptions{Budget: time.Second, Hashes: []hash.Func{hash.XXH3}}, now: c.now, memory: 1 << 20, rng: rand.New(rand.NewPCG(1, 1))}
	_, err := k.run(t.Context(), logging(c, &log, "a", "b", "c"))
	require.NoError(t, err)
	log = slices.CompactFunc(log, func(a, b call) bool {
		return a.backend == b.backend && a.op == b.op && a.keys == b.keys && a.long == b.long
	})
	orders, visits := map[string]int{}, map[call]int{}
	for len(log) > 0 {
		order, first := "", log[0]
		for range 3 {
			require.Equal(t, first.op, log[0].op)
			require.Equal(t, first.keys, log[0].keys)
			order += log[0].backend
			log = log[1:]
		}
		orders[order]++
		visits[call{op: first.op, keys: first.keys}]++
	}
	require.Len(t, orders, 6, "each of the three once, in any order: %v", orders)
	for order, n := range orders {
		require.Greater(t, n, 50, order)
	}
	require.Greater(t, visits[call{op: Op{Hash: hash.XXH3, Class: Width8}, keys: 64}], 5)
}

// Each batch has the next keys of the column, so that none is in the cache because it was just
// read, until all have been read.
func TestCalibrateTakesTheNextKeys(t *testing.T) {
	c := newClock()
	var log []call
	k := &calibrator{options: CalibrateOptions{Budget: time.Second, Hashes: []hash.Func{hash.CRC32}}, now: c.now, memory: 1 << 20, rng: rand.New(rand.NewPCG(1, 1))}
	_, err := k.run(t.Context(), logging(c, &log, "a", "b"))
	require.NoError(t, err)
	last := map[WidthClass]call{}
	begun := 0
	for _, now := range log {
		class := now.op.Class
		if class != Width8 && class != Width16 {
			continue // two columns
		}
		width := map[WidthClass]int{Width8: 8, Width16: 16}[class]
		if before, there := last[class]; there && now.at != before.at+uintptr(width*before.keys) {
			left := 1<<20/width - int(before.at-last[numClasses+class].at)/width - before.keys
			require.Less(t, left, now.keys, "it begins again where too few are left")
			begun++
		}
		if _, there := last[numClasses+class]; !there {
			last[numClasses+class] = now // where the column begins
		}
		last[class] = now
	}
	require.Positive(t, begun)
}

// A round in which all took longer, and a measurement that took longer, change nothing.
func TestRoundsAreComparedAlike(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	sp := &spot{samples: make([]sample, 3)}
	for r := range 9 {
		slow := 1 + 3*rng.Float64()
		if r < 3 {
			slow = 1
		}
		for i, own := range []float64{100, 150, 1000} {
			nanos := own * slow
			if r == 2*i+1 {
				nanos *= 5 // something else ran
			}
			if i == 2 && r > 3 {
				nanos = math.NaN() // it was hopeless
			}
			sp.samples[i].nanos = append(sp.samples[i].nanos, nanos)
		}
	}
	times := sp.times()
	require.InEpsilon(t, 1.5, times[1]/times[0], 0.05)
	require.InEpsilon(t, 10, times[2]/times[0], 0.05)
	require.InEpsilon(t, 100, times[0], 0.2, "the level is that of a good round")
}

// A backend that has no chance at a size is measured there twice, and takes nobody's time after.
func TestCalibrateLeavesTheHopelessAlone(t *testing.T) {
	c := newClock()
	var log []call
	fast, slow := logging(c, &log, "fast")[0], logging(c, &log, "slow")[0]
	slow.(noted).nanos = func(_ Op, keys, bytes int) float64 { return 50 + 10*float64(keys+bytes) }
	k := &calibrator{options: CalibrateOptions{Hashes: []hash.Func{hash.XXH3}}, now: c.now, memory: 16 << 20, rng: rand.New(rand.NewPCG(1, 1))}
	_, err := k.run(t.Context(), []Backend{fast, slow})
	require.NoError(t, err)
	calls := map[string]int{}
	for _, l := range log {
		if l.op == (Op{Hash: hash.XXH3, Class: Width8}) && l.keys == 65536 {
			calls[l.backend]++
		}
	}
	require.Equal(t, 1+hopelessRounds, calls["slow"], "the first is not counted")
	require.Greater(t, calls["fast"], 8)
}

// Where there is time for little, it is a little of all that is measured in depth.
func TestCalibrateBeginsWithWhatCounts(t *testing.T) {
	c := newClock()
	slow := c.model("slow", func(_ Op, keys, bytes int) float64 { return 50_000 + 100*float64(keys+bytes) })
	const budget = 300 * time.Millisecond
	calibration := calibrated(t, c, CalibrateOptions{Budget: budget}, slow)
	sizes := map[Op]int{}
	for _, p := range calibration.Points {
		require.Less(t, p.Nanos, float64(budget)/40, "one size takes no great part of the time")
		if p.Keys >= 512 {
			sizes[p.Op]++
		}
	}
	for _, class := range []WidthClass{Ragged, Width8, Width16} {
		for _, op := range []Op{{Hash: hash.XXH3}, {Hash: hash.Murmur2, Reduce: place.ReduceMod}, {Hash: hash.CRC16, Reduce: place.ReduceMask}} {
			op.Class = class
			require.Positive(t, sizes[op], op)
		}
	}
}

// What all backends took too long at a size is not held against one of them.
func TestLevel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	op := Op{Hash: hash.XXH3, Class: Width16}
	c := &calibrator{}
	costs := []Cost{{Fixed: 60, PerKey: 2}, {Fixed: 75, PerKey: 1}, {Fixed: 2500, PerKey: 0.6}}
	for range costs {
		c.subjects = append(c.subjects, &subject{times: map[Op][]Point{}})
	}
	for keys := 1; keys < 1e6; keys *= 2 {
		slow := 1 + rng.Float64()
		for i, cost := range costs {
			c.subjects[i].times[op] = append(c.subjects[i].times[op], Point{Keys: keys, Bytes: 16 * keys, Nanos: slow * cost.Nanos(keys, 0)})
		}
	}
	before := ResidualOf(Fit(c.subjects[1].times[op]), c.subjects[1].times[op])
	c.level()
	after := ResidualOf(Fit(c.subjects[1].levelled[op]), c.subjects[1].levelled[op])
	require.Less(t, after.Median, before.Median/2)
	for i, p := range c.subjects[0].levelled[op] {
		q, raw, rawOther := c.subjects[1].levelled[op][i], c.subjects[0].times[op][i], c.subjects[1].times[op][i]
		require.InEpsilon(t, raw.Nanos/rawOther.Nanos, p.Nanos/q.Nanos, 1e-9, "ratios stay")
	}

	noisy := newClock()
	noisy.noise = true
	k := &calibrator{options: CalibrateOptions{Budget: time.Second, Hashes: []hash.Func{hash.XXH3}}, now: noisy.now, memory: 1 << 20, rng: rng}
	var backends []Backend
	for _, m := range noisy.hosts() {
		backends = append(backends, m)
	}
	calibration, err := k.run(t.Context(), backends)
	require.NoError(t, err)
	for i, s := range k.subjects {
		require.NotEqual(t, s.times[op], s.levelled[op])
		require.Equal(t, Fit(s.levelled[op]), calibration.Profile(calibration.Backends[i].Name)[op], "the lines are fitted to these")
	}
}

func TestQuantile(t *testing.T) {
	require.True(t, math.IsNaN(quantile(nil, 0.5)))
	require.InEpsilon(t, 2, quantile([]float64{3, 1, 2}, 0.5), 1e-9)
	require.InEpsilon(t, 1.5, quantile([]float64{3, 1, 2}, 0.25), 1e-9)
	require.InEpsilon(t, 3, quantile([]float64{3, 1, 2}, 1), 1e-9)
}
