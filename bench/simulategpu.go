package bench

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/keymill/keymill/backend/opencl"
)

// gpu is a model of a discrete GPU behind a bus, for the simulator: where there is none
// to record, its limits say what batches take that lie in the host's memory. What a line
// through sizes cannot express is in it on purpose: transfers go in steps, the pipeline
// fills and empties, beyond a cache all is slower, and now and then a batch is disturbed
// for long.
type gpu struct {
	launch  float64 // ns from the call to the result of a batch that is next to nothing
	enqueue float64 // ns to give a chunk to a slot: two copies and a kernel

	bus     float64 // bytes/ns each way, of memory that is pinned
	staging float64 // part of that which is left where the host copies to pinned memory beside
	granule int     // bytes that a transfer is rounded up to
	chunk   int     // bytes of keys that are on their way together
	slots   int     // chunks that are in work at a time; the next wait for a whole turn of them

	memory float64 // bytes/ns of the device's memory
	cache  int     // bytes of its L2
	spill  float64 // how many times as long transfers take beyond it, which share the memory with the kernel

	jitter float64 // standard deviation of the logarithm of the noise
	tail   float64 // part of the batches that something disturbs for longer, by a power law
}

// modelledGPU has the limits that are known of an H100 on PCIe 5 x16: 54 GB/s over the
// bus and 3.35 TB/s of memory measured by others, of which the project aims at 80 % with
// copies beside (see bench/targets.go), a round trip below 50 µs (as there), chunks of 8 MiB in
// three slots (backend/opencl), 50 MB of L2. Granule, spill and noise are assumed.
var modelledGPU = gpu{
	launch: 32_000, enqueue: 7_000,
	bus: 54, staging: 0.8, granule: 256 << 10, chunk: 8 << 20, slots: 3,
	memory: 3350, cache: 50 << 20, spill: 1.2,
	jitter: 0.06, tail: 0.04,
}

// nanos returns what a batch takes that nothing disturbs: so many bytes go up, so many come
// down.
func (g *gpu) nanos(up, down float64) float64 {
	chunks := math.Ceil(up / float64(g.chunk))
	each := func(bytes float64) float64 { // one way of one chunk
		steps := math.Ceil(bytes / chunks / float64(g.granule))
		return steps * float64(g.granule) / (g.bus * g.staging)
	}
	slower := 1.0
	if up+down > float64(g.cache) {
		slower = g.spill
	}
	upload, download := slower*each(up), slower*each(down)
	kernel := (up + down) / chunks / g.memory
	turns := math.Ceil(chunks / float64(g.slots))
	// The chunks overlap but for the first way up and the last way down; at the end of each
	// turn the slots wait for one another.
	return g.launch + turns*g.enqueue + (chunks-1)*max(upload, download, g.enqueue) + upload + kernel + download
}

// disturbed returns samples of a time, by rising time.
func (g *gpu) disturbed(nanos float64, rng *rand.Rand, n int) (samples []float64) {
	for range n {
		ns := nanos * math.Exp(g.jitter*rng.NormFloat64())
		if rng.Float64() < g.tail {
			ns *= min(20, math.Pow(1-rng.Float64(), -0.8)) // Pareto: its variance has no bound but this
		}
		samples = append(samples, ns)
	}
	return rounded(slices.Sorted(slices.Values(samples)))
}

// gpuSamples is how many samples each modelled timing has.
const gpuSamples = 15

// ModelledGPU returns the timings of a discrete GPU, by a model of its limits: they are
// computed, not measured. They are the same each time, and those that
// testdata/modelled-gpu.json has.
func ModelledGPU() *Timings {
	rng := newRand(1, 4)
	builtIn := opencl.Profile(opencl.DeviceInfo{Type: opencl.GPU})
	b := BackendTimings{Name: "opencl:0"}
	for _, work := range recordedWorks() {
		w := WorkTimings{Op: work.op().String(), KeyBytes: meanLengths[work.family], BuiltIn: builtInCost(builtIn, work.op())}
		timings := func(sizes []int) (all []Timing) {
			for _, n := range sizes {
				up, down := float64(n)*w.KeyBytes, float64(n*len(work.placement(1).Hashes)*8+n*len(work.placement(1).Parts)*4)
				if work.width() == 0 {
					up += float64(4 * (n + 1)) // offsets
				}
				all = append(all, Timing{Keys: n, NS: modelledGPU.disturbed(modelledGPU.nanos(up, down), rng, gpuSamples)})
			}
			return all
		}
		w.Fit, w.Replay = timings(fitSizes(streamKeys)), timings(denseSizes(streamKeys, fitSizes(streamKeys)))
		b.Works = append(b.Works, w)
	}
	return &Timings{Source: "a discrete GPU with the limits of an H100 on PCIe 5 x16, modelled, not measured", Modelled: true, Backends: []BackendTimings{b}}
}

// meanLengths are those of the keys of families, in bytes.
var meanLengths = map[string]float64{"fixed16": 16, "uniform1-32": 16.5, "user": 12.9, longFamily: 55.3}

// denseSizes are twenty a decade, so that steps between sizes that are fitted on show; none
// is one of those.
func denseSizes(most int, leaveOut []int) (sizes []int) {
	for x := 0; ; x++ {
		n := int(math.Round(math.Pow(10, float64(x)/20)))
		if n > most {
			return sizes
		}
		if !slices.Contains(leaveOut, n) && !slices.Contains(sizes, n) {
			sizes = append(sizes, n)
		}
	}
}
