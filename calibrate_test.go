package keymill

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// clock is a time that passes when work is done, and not else.
type clock struct {
	time  time.Time
	rng   *rand.Rand
	noise bool
	slow  float64 // now: how many times as long everything takes
	until time.Time
}

func newClock() *clock {
	return &clock{time: time.Unix(1e9, 0), rng: rand.New(rand.NewPCG(3, 3)), slow: 1}
}

func (c *clock) now() time.Time { return c.time }

// pass lets work of so many nanoseconds pass. With noise, the machine is slower for a while,
// again and again, and besides each call takes a little more or less, one in fifty much more.
func (c *clock) pass(nanos float64) {
	if c.noise {
		if c.time.After(c.until) {
			c.slow = 1 + c.rng.ExpFloat64()*0.3
			c.until = c.time.Add(time.Duration(c.rng.ExpFloat64() * float64(20*time.Millisecond)))
		}
		nanos *= c.slow * math.Exp(0.05*c.rng.NormFloat64())
		if c.rng.IntN(50) == 0 {
			nanos *= 1 + 5*c.rng.Float64()
		}
		// Another process gets the core for 3 ms, every 20 ms.
		if c.rng.Float64() < nanos/20e6 {
			nanos += 3e6
		}
	}
	c.time = c.time.Add(time.Duration(nanos))
}

// model is a backend that computes nothing, and takes the time that its cost says.
type model struct {
	*clock
	name  string
	nanos func(op Op, keys, bytes int) float64
	fail  func(op Op) error
	calls map[Op]int
}

func (m *model) Name() string { return m.name }

func (m *model) Place(dst *Placement, b *Batch, p Params) error {
	op := OpOf(dst, b, &p)
	if m.calls[op]++; m.fail != nil {
		if err := m.fail(op); err != nil {
			return err
		}
	}
	m.pass(m.nanos(op, b.Len(), b.Size()))
	return nil
}

func (c *clock) model(name string, nanos func(op Op, keys, bytes int) float64) *model {
	return &model{clock: c, name: name, nanos: nanos, calls: map[Op]int{}}
}

// hosts returns a backend like plain Go, one like vectors, and that on two cores, with knees
// and steps that no line expresses.
func (c *clock) hosts() []*model {
	reduce := func(op Op, each float64) float64 {
		return []float64{0, 3, 4, 1, 2, 30, 4, 5, 12, 90, 2}[op.Reduce] * each
	}
	hashes := func(op Op) float64 { return 1 + float64(op.Hash)/8 }
	plain := func(op Op, keys, bytes int) float64 {
		k, b := float64(keys), float64(bytes)
		return 60 + hashes(op)*(2*k+0.25*b) + reduce(op, 1)*k
	}
	vector := func(op Op, keys, bytes int) float64 {
		k, b := float64(keys), float64(bytes)
		each := max(min(8, 2.2*k+0.25*b), 0.5*k+0.05*b)                      // eight keys take what four do
		far := 1 + 0.4/(1+math.Exp(-2*(math.Log(k+b/16)-math.Log(200_000)))) // past the cache
		return 75 + far*hashes(op)*each + reduce(op, 0.4)*k
	}
	double := func(op Op, keys, bytes int) float64 {
		start := 2500.0
		if Footprint(keys, bytes) >= 24_000 { // the other core sleeps by now
			start = 5000
		}
		return start + 0.57*vector(op, keys, bytes)
	}
	return []*model{c.model("cpu", plain), c.model("simd", vector), c.model("simd*2", double)}
}

func calibrated(t *testing.T, c *clock, o CalibrateOptions, models ...*model) *Calibration {
	t.Helper()
	var backends []Backend
	for _, m := range models {
		backends = append(backends, m)
	}
	k := &calibrator{options: o, now: c.now, memory: columnBytes / 4, rng: rand.New(rand.NewPCG(1, 1))}
	result, err := k.run(t.Context(), backends)
	require.NoError(t, err)
	return result
}

// otherSizes are none of those that Calibrate measures.
var otherSizes = []int{1, 5, 7, 10, 20, 37, 90, 300, 700, 1300, 3500, 5000, 10_000, 20_000, 75_000, 160_000, 700_000, 3_000_000, 10_000_000}

// A dispatcher with these profiles chooses nearly as if it knew what each backend will take,
// on a machine as noisy as a shared one is, for sizes and lengths that were not measured.
func TestCalibratedChoices(t *testing.T) {
	for _, noise := range []bool{false, true} {
		c := newClock()
		c.noise = noise
		models := c.hosts()
		calibration := calibrated(t, c, CalibrateOptions{Budget: 5 * time.Second}, models...)
		var candidates []Candidate
		for _, m := range models {
			candidates = append(candidates, Candidate{Backend: m, Profile: calibration.Profile(m.name)})
		}
		d, err := NewDispatcher(Config{Candidates: candidates})
		require.NoError(t, err)
		for _, op := range []Op{
			{Hash: hash.XXH3, Class: Width16}, {Hash: hash.XXH3}, {Hash: hash.XXH3, Class: Width8, Reduce: place.ReduceFastrange},
			{Hash: hash.Murmur2, Reduce: place.ReduceMod}, {Hash: hash.CRC16, Reduce: place.ReduceMask},
		} {
			for _, mean := range []int{17, 40} {
				if op.Class != Ragged {
					mean = int(typicalBytes(op.Class))
				}
				sum, best, worst := 0.0, 0.0, 0.0
				for _, keys := range otherSizes {
					chosen := d.Plan(op, keys, mean*keys).(*model).nanos(op, keys, mean*keys)
					least := math.Inf(1)
					for _, m := range models {
						least = min(least, m.nanos(op, keys, mean*keys))
					}
					sum, best, worst = sum+chosen, best+least, max(worst, chosen/least)
				}
				require.LessOrEqual(t, sum/best, 1.05, "%s with noise %v", op, noise)
				require.LessOrEqual(t, worst, 1.15, "%s with noise %v", op, noise)
			}
		}
	}
}

// Every op has a line, near the truth also where nothing of the op was measured.
func TestCalibrateDerives(t *testing.T) {
	c := newClock()
	models := c.hosts()
	calibration := calibrated(t, c, CalibrateOptions{Budget: 5 * time.Second}, models...)
	from := map[string]int{}
	for i, m := range models {
		b := calibration.Backends[i]
		require.Equal(t, m.name, b.Name)
		require.Empty(t, b.Lacks)
		require.Len(t, b.Lines, len(hash.All())*int(numClasses)*place.NumReduces)
		for _, l := range b.Lines {
			require.NoError(t, l.Cost.Check(), "%s %s", m.name, l.Op)
			from[strings.Split(l.From, " ")[0]]++
			keys, bytes := 3000, 3000*int(typicalBytes(l.Op.Class))
			near := 0.35
			if l.From == Measured {
				near = 0.15
			}
			require.InEpsilon(t, m.nanos(l.Op, keys, bytes), l.Cost.Nanos(keys, bytes), near, "%s %s: %s", m.name, l.Op, l.From)
			if l.From == Measured {
				require.Positive(t, l.Residual.Points)
				require.Less(t, l.Residual.Median, 0.1, "%s %s", m.name, l.Op)
			} else {
				require.Zero(t, l.Residual)
			}
		}
	}
	require.Positive(t, from["of"])
	require.Positive(t, from["xxh64/16/none"])
	lines := map[Op]string{}
	for _, l := range calibration.Backends[1].Lines {
		lines[l.Op] = l.From
	}
	require.Equal(t, Measured, lines[Op{hash.Murmur2, Width16, place.ReduceMod}])
	require.Equal(t, Measured, lines[Op{hash.SipHash24, Width24, place.ReduceNone}])
	require.Equal(t, "siphash-2-4/24/none and jump", lines[Op{hash.SipHash24, Width24, place.ReduceJump}])
	require.Zero(t, models[2].calls[Op{hash.SipHash24, Width24, place.ReduceNone}], "this follows from simd")
	require.Nil(t, calibration.Profile("gpu"))
}

// It takes its time and no more, on backends slow and fast; what it has had no time for is
// there all the same, and says so.
func TestCalibrateEndsInTime(t *testing.T) {
	for _, budget := range []time.Duration{200 * time.Millisecond, 1900 * time.Millisecond, 15 * time.Second} {
		for _, times := range []float64{1, 50, 2000} {
			if times*float64(100*time.Millisecond) < float64(budget) {
				continue // it would take a while of real time, and shows nothing more
			}
			c := newClock()
			models := c.hosts()
			for _, m := range models {
				fast := m.nanos
				m.nanos = func(op Op, keys, bytes int) float64 { return times * fast(op, keys, bytes) }
			}
			start := c.time
			calibration := calibrated(t, c, CalibrateOptions{Budget: budget}, models...)
			took := c.time.Sub(start)
			require.Less(t, took, budget*11/10, "%v times as slow", times)
			require.Greater(t, took, budget*7/10, "%v times as slow", times)
			for _, b := range calibration.Backends {
				require.Len(t, b.Lines, len(hash.All())*int(numClasses)*place.NumReduces, "%s at %s, %v times as slow", b.Name, budget, times)
			}
		}
	}
}

// A device that compiles a kernel for each op does not take everybody's time.
func TestCalibrateWithACompiler(t *testing.T) {
	c := newClock()
	models := c.hosts()[:2]
	gpu := c.model("opencl:0", nil)
	gpu.nanos = func(op Op, keys, bytes int) float64 {
		if gpu.calls[op] == 1 {
			return 4e8
		}
		return 60_000 + 0.1*float64(keys) + 0.05*float64(bytes)
	}
	start := c.time
	calibration := calibrated(t, c, CalibrateOptions{Budget: 4 * time.Second}, append(models, gpu)...)
	require.Less(t, c.time.Sub(start), 4500*time.Millisecond)
	require.Len(t, calibration.Profile("opencl:0"), len(hash.All())*int(numClasses)*place.NumReduces)
	as := 0
	for _, l := range calibration.Backends[2].Lines {
		if strings.HasPrefix(l.From, "as ") {
			as++
			require.InEpsilon(t, gpu.nanos(l.Op, 100_000, 1_600_000), l.Cost.Nanos(100_000, 1_600_000), 0.5)
		}
	}
	require.Positive(t, as)
	for _, l := range calibration.Backends[1].Lines {
		require.False(t, strings.HasPrefix(l.From, "as "), "%s: the others are measured whole", l.Op)
	}
}

// The same hash of keys of nearly that length comes first, then another hash.
func TestNearest(t *testing.T) {
	d := &derivation{subject: &subject{}, lines: map[Op]*Line{}}
	for i, op := range []Op{
		{Hash: hash.XXH3, Class: Width16}, {Hash: hash.XXH64, Class: Width8}, {Hash: hash.XXH64, Class: Ragged}, {Hash: hash.XXH64, Class: Width32},
		{Hash: hash.CRC32, Class: Width16, Reduce: place.ReduceMod},
	} {
		d.lines[op] = &Line{Op: op, Cost: Cost{Fixed: float64(i)}, From: Measured}
	}
	d.lines[Op{Hash: hash.CRC16, Class: Width16}] = &Line{From: "as xxh3/16/none"}
	for want, op := range map[string]Op{
		"as xxh64/8/none":      {Hash: hash.XXH64, Class: Width16},
		"as xxh64/32/none":     {Hash: hash.XXH64, Class: Width24},
		"as xxh3/16/none":      {Hash: hash.CRC32, Class: Width16},
		"as xxh64/ragged/none": {Hash: hash.FX64, Class: Ragged},
	} {
		got := d.nearest(op)
		require.Equal(t, want, got.From)
		require.Equal(t, op, got.Op)
	}
	require.Nil(t, (&derivation{}).nearest(Op{Hash: hash.XXH3}))
}

func TestCalibrateWhatFails(t *testing.T) {
	c := newClock()
	models := c.hosts()
	simd := models[1]
	simd.fail = func(op Op) error {
		switch {
		case op.Reduce == place.ReduceJump:
			return fmt.Errorf("jump: %w", ErrUnsupported)
		case op.Hash == hash.FX64 && op.Class == Width8:
			panic("bug")
		case op.Hash == hash.SipHash13 && simd.calls[op] > 20:
			return errors.New("lost")
		}
		return nil
	}
	calibration := calibrated(t, c, CalibrateOptions{Budget: time.Second}, models...)
	reasons := map[Op]string{}
	for _, l := range calibration.Backends[1].Lacks {
		reasons[l.Op] = l.Reason
	}
	require.Equal(t, "panic: bug", reasons[Op{hash.FX64, Width8, place.ReduceNone}])
	require.Equal(t, "panic: bug", reasons[Op{hash.FX64, Width8, place.ReduceMod}])
	require.Equal(t, "lost", reasons[Op{hash.SipHash13, Ragged, place.ReduceMask}])
	require.Contains(t, reasons[Op{hash.CRC32, Width24, place.ReduceJump}], "jump: ")
	simdProfile, double, cpu := calibration.Profile("simd"), calibration.Profile("simd*2"), calibration.Profile("cpu")
	for op := range cpu {
		fails := op.Reduce == place.ReduceJump || op.Hash == hash.FX64 && op.Class == Width8 || op.Hash == hash.SipHash13
		_, one := simdProfile[op]
		_, two := double[op]
		require.Equal(t, fails, !one, op)
		require.Equal(t, fails, !two, "%s: what one core does not run, two do not", op)
	}
}

func TestCalibrateHashes(t *testing.T) {
	c := newClock()
	calibration := calibrated(t, c, CalibrateOptions{Budget: time.Second, Hashes: []hash.Func{hash.CRC32}}, c.hosts()...)
	for _, b := range calibration.Backends {
		require.Len(t, b.Lines, int(numClasses)*place.NumReduces, b.Name)
		for _, l := range b.Lines {
			require.Equal(t, hash.CRC32, l.Op.Hash)
			keys, bytes := 3000, 3000*int(typicalBytes(l.Op.Class))
			require.InEpsilon(t, c.hosts()[0].nanos(l.Op, keys, bytes), calibration.Profile("cpu")[l.Op].Nanos(keys, bytes), 0.25, l.Op)
		}
	}
}

func TestCalibrateProgress(t *testing.T) {
	c := newClock()
	last, calls := 0, 0
	calibrated(t, c, CalibrateOptions{Budget: time.Second, Progress: func(done, total int) {
		require.Equal(t, 1000, total)
		require.GreaterOrEqual(t, done, last)
		last, calls = done, calls+1
	}}, c.hosts()...)
	require.Equal(t, 1000, last)
	require.Greater(t, calls, 100)
}

func TestCalibrateIsCanceled(t *testing.T) {
	c := newClock()
	ctx, cancel := context.WithCancel(t.Context())
	slow := c.model("slow", func(Op, int, int) float64 { return 1000 })
	slow.fail = func(Op) error {
		if c.time.Sub(time.Unix(1e9, 0)) > 100*time.Millisecond {
			cancel()
		}
		return nil
	}
	k := &calibrator{now: c.now, memory: 1 << 20, rng: c.rng}
	_, err := k.run(ctx, []Backend{slow})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, c.time.Sub(time.Unix(1e9, 0)), 150*time.Millisecond)
}

func TestCalibrateRefuses(t *testing.T) {
	c := newClock()
	one := c.model("one", nil)
	for want, call := range map[string]func() (*Calibration, error){
		"calibrate: there is no backend to measure": func() (*Calibration, error) { return Calibrate(t.Context(), nil, CalibrateOptions{}) },
		"calibrate: backend 0 is nil":               func() (*Calibration, error) { return Calibrate(t.Context(), make([]Backend, 1), CalibrateOptions{}) },
		"calibrate: two backends are called one: give each its own name": func() (*Calibration, error) {
			return Calibrate(t.Context(), []Backend{one, one}, CalibrateOptions{})
		},
		"calibrate: a budget of -1s: it takes a time above 0, or 0 for 15 seconds": func() (*Calibration, error) {
			return Calibrate(t.Context(), []Backend{one}, CalibrateOptions{Budget: -time.Second})
		},
		"calibrate: default is no hash function": func() (*Calibration, error) {
			return Calibrate(t.Context(), []Backend{one}, CalibrateOptions{Hashes: []hash.Func{hash.Default}})
		},
	} {
		_, err := call()
		require.EqualError(t, err, want)
	}
}

func TestCalibrationIsJSON(t *testing.T) {
	c := newClock()
	calibration := calibrated(t, c, CalibrateOptions{Budget: 200 * time.Millisecond, Hashes: []hash.Func{hash.XXH3}}, c.hosts()...)
	text, err := json.Marshal(calibration)
	require.NoError(t, err)
	require.Contains(t, string(text), `"op":"xxh3/16/fastrange"`)
	var again Calibration
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, calibration, &again, "to the last bit")
}
