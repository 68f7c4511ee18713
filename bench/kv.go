package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// storeRun is how many rows a run of a store table has, other than a load.
const storeRun = 1 << 13

// storeWork is a row of a store table, for each family of keys.
type storeWork struct {
	op         operation
	batches    bool // stores that take batches get them; the others are called per key
	goroutines int
}

func storeWorks(quick bool) []storeWork {
	works := []storeWork{
		{opLoad, false, 1}, {opLoad, true, 1},
		{opHit, false, 1}, {opHit, true, 1},
		{opMiss, false, 1}, {opMiss, true, 1},
		{opUpdate, false, 1}, {opUpdate, true, 1},
	}
	if cores := runtime.GOMAXPROCS(0); cores > 1 && !quick {
		works = append(works, storeWork{opHit, false, cores}, storeWork{opHit, true, cores}, storeWork{opMixed, false, cores})
	}
	return works
}

// name is that of the row.
func (w storeWork) name(family string) string {
	name := fmt.Sprint(w.op, " ", family)
	if w.batches {
		name += fmt.Sprintf(", batches of %d", batchRows)
	}
	if w.goroutines > 1 {
		name += fmt.Sprintf(", %d goroutines", w.goroutines)
	}
	return name
}

// storeTable has stores load, find, miss and update rows, each in a process of
// its own.
func (c Config) storeTable(ctx context.Context, report *Report) (t table, err error) {
	if len(c.Worker) == 0 {
		return t, errors.New("the table kv runs each store in a process of its own: Config.Worker says how to start one")
	}
	n := c.Keys
	if n == 0 {
		n = pick(c.Quick || c.Disk, 100_000, 1_000_000)
	}
	families := c.Workloads
	if families == nil {
		families = []string{"user", "uuid"}[:pick(c.Quick, 1, 2)]
	}
	folder, err := os.MkdirTemp("", "keymill-bench-*")
	if err != nil {
		return t, err
	}
	walked := cmp.Or(c.memory, walkedBytes)
	stores := &storeTables{Config: c, ctx: ctx, report: report, rows: n, walker: newWalker(make([]uint64, walked/8))}
	t.close = func() error { return joined(stores.close(), os.RemoveAll(folder)) }
	defer func() {
		if err != nil {
			err = joined(err, t.close())
		}
	}()
	for _, family := range families {
		groups, err := stores.family(family, filepath.Join(folder, "rows"))
		if err != nil {
			return t, err
		}
		t.groups = append(t.groups, groups...)
	}
	if report.Roof, err = randomReads(walked); err != nil {
		return t, err
	}
	if c.Disk {
		fsync, err := Fsync(folder)
		if err != nil {
			return t, err
		}
		report.Roof = append(report.Roof, fsync)
	}
	return t, nil
}

// walkedBytes is the memory of the random reads that a store is held against,
// far more than a cache has.
const walkedBytes = 256 << 20

// storeTables makes the groups of a table of stores.
type storeTables struct {
	Config
	ctx     context.Context // of the run, which the workers end with
	report  *Report
	rows    int
	walker  *walker
	workers []*client
}

func (s *storeTables) close() error { return closeAll(s.workers) }

// family starts a worker for each store, with rows whose keys are of the family,
// and makes the groups.
func (s *storeTables) family(family, fileName string) (groups []*group, err error) {
	rows, err := newRows(family, s.rows, WorkloadConfig{Seed: s.Seed, Paths: s.Paths})
	if err != nil {
		return nil, err
	}
	file, err := os.Create(fileName)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(rows.write(file), file.Close()); err != nil {
		return nil, err
	}
	start := func(sides []StoreSide) (clients []*client, err error) {
		for _, side := range sides {
			command := s.Worker
			if side.Command != nil {
				command = side.Command
			}
			c, err := startWorker(s.ctx, command, side.Name, fileName)
			if err != nil {
				return nil, err
			}
			s.workers = append(s.workers, c)
			clients = append(clients, c)
			s.report.Memory = append(s.report.Memory, Memory{side.Name, family, float64(c.grown) / float64(s.rows)})
		}
		return clients, nil
	}
	ours, err := start(Stores)
	if err != nil {
		return nil, err
	}
	others := append([]StoreSide{builtinMap}, s.Peers.Store...)
	if s.Disk {
		others = append(others, s.Peers.Disk...)
	}
	peers, err := start(others)
	if err != nil {
		return nil, err
	}
	for _, work := range storeWorks(s.Quick) {
		g := s.group(work, family)
		for i, c := range ours {
			g.ours = append(g.ours, s.side(Stores[i], c, work))
		}
		for i, c := range peers {
			g.peers = append(g.peers, s.side(others[i], c, work))
		}
		if strings.Contains(g.name, s.Only) {
			groups = append(groups, g)
		}
	}
	return groups, nil
}

// group makes a group without its sides.
func (s *storeTables) group(work storeWork, family string) *group {
	run := min(s.rows, storeRun)
	g := &group{name: work.name(family), keys: run, batches: s.rows / run}
	if work.op == opLoad {
		g.keys, g.batches, g.rounds = s.rows, 1, minRounds+1
	}
	if work.op != opMiss && work.goroutines == 1 { // whether a key is not there, a filter can tell
		g.roofs = []side{{name: "a random read of a line a key", own: true, run: func(int) (time.Duration, uint64, error) {
			start := time.Now()
			s.walker.scatter(g.keys)
			return time.Since(start), 0, nil
		}}}
	}
	return g
}

// side is a store in its worker.
func (s *storeTables) side(store StoreSide, c *client, work storeWork) side {
	name, batches := store.Name, work.batches && store.Batches
	if batches {
		name += " in batches"
	}
	run := min(s.rows, storeRun)
	return side{name: name, run: func(batch int) (time.Duration, uint64, error) {
		lo, hi := batch*run, (batch+1)*run
		if work.op == opLoad {
			lo, hi = 0, s.rows
		}
		return c.run(work.op, batches, lo, hi, work.goroutines)
	}}
}
