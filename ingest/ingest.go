package ingest

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/kv"
)

// Config is an ingest into a store.
type Config struct {
	Options
	Files    []string        // as [Expand] returns them
	Backend  keymill.Backend // places the keys, usually a Dispatcher; nil is cpu
	Store    kv.Store
	Progress *Progress    // to be watched meanwhile; nil if nobody does
	OnReject func(Reject) // is told each rejected row, in order; may be nil
}

// Report is what an ingest did.
type Report struct {
	Rows       int64 // that went in: the first so many of the input, unless the store failed
	Added      int64 // keys that were new
	Replaced   int64 // rows whose key was there before
	Rejected   int64 // rows that could not be read
	KeyBytes   int64 // of the rows that the store was given: more than it has, if it failed
	ValueBytes int64
	Elapsed    time.Duration
	Stages     []Stage
}

// Stage is how long the goroutines of one stage worked, all together.
type Stage struct {
	Name       string
	Goroutines int
	Busy       time.Duration
}

// Share returns which part of their time the goroutines of the stage worked:
// the stage that others wait for is near 1.
func (s Stage) Share(elapsed time.Duration) float64 {
	if elapsed <= 0 || s.Goroutines == 0 {
		return 0
	}
	return float64(s.Busy) / (float64(elapsed) * float64(s.Goroutines))
}

// Run reads the files and sets every row in the store. The report is exact also
// when an error ends the run, or when ctx does: it counts the rows that are in
// the store.
func Run(ctx context.Context, c Config) (Report, error) {
	options, err := c.normalize()
	if err != nil {
		return Report{}, err
	}
	c.Options = options
	if c.Progress == nil {
		c.Progress = new(Progress)
	}
	if c.Backend == nil {
		c.Backend = cpu.New()
	}
	start := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var sink sink = &setter{ctx: ctx, store: c.Store, watch: &c.Progress.store}
	work := func(*Job) error { return nil }
	if store, ok := c.Store.(kv.PlacedSetter); ok {
		sink = newPlacedSink(ctx, cancel, store, c.Workers, &c.Progress.store)
		work = placeUnder(c.Backend, store.Params(), c.Progress)
	}
	var keyBytes, valueBytes int64
	err = Stream(ctx, c.Files, c.Options, c.Progress, work, func(job *Job) error {
		for _, r := range job.Rejects {
			if c.OnReject != nil {
				c.OnReject(r)
			}
		}
		keyBytes += int64(job.Keys.Size())
		valueBytes += int64(job.Values.Size())
		return sink.apply(job)
	})
	result, sinkErr := sink.close()
	if sinkErr != nil { // what apply returned says less
		err = sinkErr
	}
	return Report{
		Rows: int64(result.Rows()), Added: int64(result.Added), Replaced: int64(result.Replaced),
		Rejected: c.Progress.Rejected.Load(), KeyBytes: keyBytes, ValueBytes: valueBytes,
		Elapsed: time.Since(start),
		Stages: []Stage{
			{"read", min(c.Workers, len(c.Files)), c.Progress.read.total()},
			{"hash", c.Workers, c.Progress.hash.total()},
			{"group", c.Workers, c.Progress.group.total()},
			{"store", sink.goroutines(), c.Progress.store.total()},
		},
	}, err
}

// placeUnder returns the work that places and groups a chunk's keys.
func placeUnder(b keymill.Backend, p keymill.Params, progress *Progress) func(*Job) error {
	return func(job *Job) error {
		start := time.Now()
		job.Placement.Resize(keymill.OutParts, job.Keys.Len(), 0)
		if err := b.Place(&job.Placement, &job.Keys, p); err != nil {
			return err
		}
		progress.hash.since(start)
		start = time.Now()
		defer progress.group.since(start)
		return job.Placement.Group(&job.Groups, p.Scheme.Parts)
	}
}

// sink takes jobs in order and sees to their Done.
type sink interface {
	apply(*Job) error
	close() (kv.SetResult, error) // waits for what is under way
	goroutines() int
}

// setter is the sink of a store that only has BatchSet.
type setter struct {
	ctx    context.Context
	store  kv.Store
	watch  *stopwatch
	result kv.SetResult
}

func (s *setter) apply(job *Job) error {
	defer job.Done()
	defer s.watch.since(time.Now())
	// A chunk that is begun is finished, so that what went in is a beginning.
	result, err := s.store.BatchSet(context.WithoutCancel(s.ctx), &job.Keys, &job.Values, kv.SetOptions{})
	s.result.Added += result.Added
	s.result.Replaced += result.Replaced
	return err
}

func (s *setter) close() (kv.SetResult, error) { return s.result, nil }

func (s *setter) goroutines() int { return 1 }

// placedSink applies each job by several goroutines, each for shards of its
// own: so the rows of a key are applied in order, whoever is faster.
type placedSink struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc // stops the reading, should the store fail
	store   kv.PlacedSetter
	watch   *stopwatch
	workers []chan *placedJob
	wg      sync.WaitGroup
	failed  atomic.Bool

	mu     sync.Mutex
	result kv.SetResult
	err    error
}

type placedJob struct {
	*Job
	left atomic.Int32 // workers that have not applied it yet
}

func newPlacedSink(ctx context.Context, cancel context.CancelCauseFunc, store kv.PlacedSetter, workers int, watch *stopwatch) *placedSink {
	shards := store.Params().Scheme.Parts
	workers = min(workers, int(shards))
	s := &placedSink{
		ctx: context.WithoutCancel(ctx), cancel: cancel, store: store, watch: watch,
		workers: make([]chan *placedJob, workers),
	}
	for w := range s.workers {
		s.workers[w] = make(chan *placedJob, 1)
		from := uint32(uint64(shards) * uint64(w) / uint64(workers))
		to := uint32(uint64(shards) * uint64(w+1) / uint64(workers))
		s.wg.Add(1)
		go s.applyShards(s.workers[w], from, to)
	}
	return s
}

func (s *placedSink) apply(job *Job) error {
	placed := &placedJob{Job: job}
	placed.left.Store(int32(len(s.workers)))
	for _, worker := range s.workers {
		worker <- placed
	}
	return nil
}

func (s *placedSink) applyShards(jobs <-chan *placedJob, from, to uint32) {
	defer s.wg.Done()
	for job := range jobs {
		if !s.failed.Load() {
			s.applyJob(job, from, to)
		}
		if job.left.Add(-1) == 0 {
			job.Done()
		}
	}
}

func (s *placedSink) applyJob(job *placedJob, from, to uint32) {
	start := time.Now()
	result, err := s.store.SetPlaced(s.ctx, &job.Keys, &job.Values, &job.Groups, from, to, kv.SetOptions{})
	s.watch.since(start)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Added += result.Added
	s.result.Replaced += result.Replaced
	if err != nil && s.err == nil {
		s.err = err
		s.failed.Store(true)
		s.cancel(err)
	}
}

func (s *placedSink) close() (kv.SetResult, error) {
	for _, worker := range s.workers {
		close(worker)
	}
	s.wg.Wait()
	return s.result, s.err
}

func (s *placedSink) goroutines() int { return len(s.workers) }
