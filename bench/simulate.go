package bench

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/keymill/keymill"
)

// The simulator replays a stream of batch sizes against timings, without running a
// backend: so a change of the cost model can be judged for machines that are not at hand.
// The dispatcher is the real one; its candidates take no time but that of the timings, on
// a clock that the simulator keeps. It chooses by profiles that were fitted on other sizes
// than those that are replayed. What the clock shows of a batch has the noise of one of the
// samples, the same for all dispatchers that are compared; but a choice is judged by the
// medians, as the table dispatch does: it is not to be praised for another's bad luck.

// Simulated is what the choices of a dispatcher cost for one kind of work and one stream.
type Simulated struct {
	Timings  string            `json:"timings"` // their source
	Modelled bool              `json:"modelled"`
	Work     string            `json:"work"`
	Stream   string            `json:"stream"`
	Batches  int               `json:"batches"`
	Backends []string          `json:"backends"`
	Choices  []SimulatedChoice `json:"choices"`
}

// SimulatedChoice is one way to choose: by a profile, or always the same backend.
type SimulatedChoice struct {
	Profile   string    `json:"profile"`           // "calibrated", "built-in", "always cpu"
	Regret    float64   `json:"regret"`            // the sum of its times over that of the best for each size
	WithNoise float64   `json:"with_noise"`        // the same, by what the clock shows
	Worst     float64   `json:"worst"`             // the largest regret at one size
	WorstKeys int       `json:"worst_keys"`        // that size
	Shares    []float64 `json:"shares"`            // of the batches, of each backend
	Verdict   string    `json:"verdict,omitempty"` // met or missed, where something is promised: of log-uniform sizes
}

// always is how a choice is called that is none.
const always = "always "

// simulate replays all streams on the timings, for each work that they have.
func simulate(t *Timings, seed uint64) (all []Simulated, err error) {
	streams, err := Streams(seed, t.fitSizes())
	if err != nil {
		return nil, err
	}
	for i := range dispatchWorks {
		for j, s := range streams {
			r := newReplay(t, &dispatchWorks[i], s, newRand(seed, uint64(1000*i+j)))
			if len(r.backends) == 0 {
				continue
			}
			result, err := r.simulated()
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", r.work, s.Name, err)
			}
			result.Timings, result.Modelled = t.Source, t.Modelled
			all = append(all, result)
		}
	}
	return all, nil
}

// replay is one work and one stream on timings. It is the clock of its backends.
type replay struct {
	work     string
	stream   string
	op       keymill.Op
	batches  []BatchSize
	backends []*replayed
	at       int     // the batch that is under way
	clock    float64 // nanoseconds since the beginning
	ran      int     // the backend that ran last
}

// replayed is a backend that computes nothing: it tells the clock how long it would have
// taken.
type replayed struct {
	*replay
	index   int
	name    string
	works   []WorkTimings
	took    []float64 // nanoseconds, of each batch: with its noise
	typical []float64 // without
}

func (b *replayed) Name() string { return b.name }

// Place takes the time of the batch that is under way.
func (b *replayed) Place(*keymill.Placement, *keymill.Batch, keymill.Params) error {
	b.clock += b.took[b.at]
	b.ran = b.index
	return nil
}

// newReplay draws what each batch takes on each backend that does the work.
func newReplay(t *Timings, work *dispatchWork, s Stream, rng *rand.Rand) *replay {
	r := &replay{work: work.name, stream: s.Name, op: work.op(), batches: slices.Clone(s.Batches)}
	for _, b := range t.Backends {
		if works := b.of(r.op); len(works) > 0 {
			r.backends = append(r.backends, &replayed{replay: r, index: len(r.backends), name: b.Name, works: works})
		}
	}
	for i := range r.batches {
		b := &r.batches[i]
		if width := work.width(); width > 0 {
			b.Bytes = b.Keys * width
		} else if b.Bytes == 0 && len(r.backends) > 0 {
			b.Bytes = max(1, int(float64(b.Keys)*r.backends[0].works[0].KeyBytes))
		}
		for _, c := range r.backends {
			c.took = append(c.took, nanosOf(c.works, *b, rng.Float64()))
			c.typical = append(c.typical, nanosOf(c.works, *b, 0.5))
		}
	}
	return r
}

// simulated replays the stream with every way to choose.
func (r *replay) simulated() (Simulated, error) {
	result := Simulated{Work: r.work, Stream: r.stream, Batches: len(r.batches)}
	calibrated, builtIn := make([]keymill.Profile, len(r.backends)), make([]keymill.Profile, len(r.backends))
	for i, b := range r.backends {
		calibrated[i] = keymill.Profile{r.op: fitted(b.works)}
		if cost := b.works[0].BuiltIn; cost != nil {
			builtIn[i] = keymill.Profile{r.op: keymill.Cost(*cost)}
		}
		result.Backends = append(result.Backends, b.name)
	}
	for _, p := range []struct {
		name     string
		profiles []keymill.Profile
	}{{calibratedSide, calibrated}, {builtInSide, builtIn}} {
		chosen, took, err := r.dispatched(p.profiles)
		if err != nil {
			return result, err
		}
		result.Choices = append(result.Choices, r.judged(p.name, chosen, took))
	}
	for i, b := range r.backends {
		chosen, took := make([]int, len(r.batches)), 0.0
		for at := range r.batches {
			chosen[at] = i
			took += b.took[at]
		}
		result.Choices = append(result.Choices, r.judged(always+b.name, chosen, took))
	}
	return result, nil
}

// dispatched gives all batches to a dispatcher with these profiles, one for each backend,
// and returns which backend ran each, and how long all took.
func (r *replay) dispatched(profiles []keymill.Profile) (chosen []int, took float64, err error) {
	var config keymill.Config
	for i, b := range r.backends {
		config.Candidates = append(config.Candidates, keymill.Candidate{Backend: b, Profile: profiles[i]})
	}
	d, err := keymill.NewDispatcher(config)
	if err != nil {
		return nil, 0, err
	}
	r.clock = 0
	for at := range r.batches {
		if err := r.dispatch(d, at); err != nil {
			return nil, 0, err
		}
		chosen = append(chosen, r.ran)
	}
	return chosen, r.clock, nil
}

// dispatch has the dispatcher run one batch: this is where the simulator meets it.
func (r *replay) dispatch(d *keymill.Dispatcher, at int) error {
	r.at = at
	return d.Plan(r.op, r.batches[at].Keys, r.batches[at].Bytes).Place(nil, nil, keymill.Params{})
}

// judged compares with the best backend for each size, in hindsight: the one whose typical
// time is the shortest.
func (r *replay) judged(profile string, chosen []int, took float64) SimulatedChoice {
	c := SimulatedChoice{Profile: profile, Shares: make([]float64, len(r.backends))}
	var typical, least, leastWithNoise float64
	for at, i := range chosen {
		best := r.backends[r.best(at)]
		typical += r.backends[i].typical[at]
		least += best.typical[at]
		leastWithNoise += best.took[at]
		if regret := r.backends[i].typical[at] / best.typical[at]; regret > c.Worst {
			c.Worst, c.WorstKeys = regret, r.batches[at].Keys
		}
		c.Shares[i]++
	}
	for i := range c.Shares {
		c.Shares[i] /= float64(len(chosen))
	}
	c.Regret, c.WithNoise = typical/least, took/leastWithNoise
	if r.stream == logUniformName {
		c.Verdict = simulatedVerdict(profile, c.Regret, c.Worst)
	}
	return c
}

// simulatedVerdict holds a choice to what is promised of the dispatcher with that profile,
// "" if nothing is.
func simulatedVerdict(profile string, regret, worst float64) (verdict string) {
	for promised, regret := range map[string]float64{allSizes: regret, everySize: worst} {
		least := target(promisesOf("dispatch"), profile, promised, hindsight)
		switch {
		case least == nil:
		case 1/regret < *least:
			return Missed
		default:
			verdict = Met
		}
	}
	return verdict
}

func (r *replay) best(at int) (best int) {
	for i, b := range r.backends {
		if b.typical[at] < r.backends[best].typical[at] {
			best = i
		}
	}
	return best
}
