package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/nearest"
)

// Config says what a run measures. The zero value of each field stands for what
// the comment says.
type Config struct {
	Table string // one of [Tables]

	// Quick takes fewer rows and fewer keys: seconds in place of minutes, and wider
	// intervals.
	Quick bool

	// Many short runs tell more than few long ones: what disturbs the machine
	// hits few of them, and medians leave those out.
	Keys   int    // of a batch; 0: 262,144, or 65,536 if Quick; of dispatch's largest: ten millions, or one
	Rounds int    // of each row but loads of stores, which have 7; 0: 151; 6 at least
	Seed   uint64 // of keys and of the order of runs

	Workloads []string // nil: those of the table; see [Families]
	Only      string   // rows whose name has this text; "" is all
	Disk      bool     // for the table kv: stores on disk too; it has 100,000 rows then
	Paths     string   // file for the workload "paths"; "" leaves it out

	// Backend names what the tables hash and place measure, as [backend.Choose]
	// takes it; "" is all that work here. Backends, if not nil, are taken instead.
	// Of the table device it names the one OpenCL device; "" is the first. Of the table
	// dispatch it names the candidates, which Candidates, if not nil, take the place of.
	Backend    string
	Backends   []keymill.Backend   `json:"-"`
	Candidates []keymill.Candidate `json:"-"`

	// Worker is the command line of a program that calls [ServeWorker] with
	// Stores and the stores of Peers, for the tables kv and device.
	Worker []string `json:"-"`

	Peers Peers `json:"-"`

	// Progress, if not nil, is called after each round.
	Progress func(done, total int) `json:"-"`

	// memory is how many bytes are more than a cache holds, a power of two; 0: on
	// this machine. The tests, which tell results and not times, take less.
	memory int

	// calibrate measures the profiles of the table dispatch; nil: on this machine.
	calibrate func(context.Context, []keymill.Candidate) ([]keymill.Candidate, []int, error)

	// device is what the table device measures; nil: the one that Backend names. The
	// tests, which must pass where there is no device, take another.
	device device
}

// Peers are what ours is compared with. They live in a module of their own, so
// that keymill does not depend on what it is compared with; without them a run
// compares with the definitions of packages hash and place, and with a builtin map, alone.
type Peers struct {
	Hash  []HashPeer
	Place []PlacePeer
	Store []StoreSide
	Disk  []StoreSide // stores on disk
	Notes []string    // what is left out, and why
}

// HashPeer is another library's hash function.
type HashPeer struct {
	Name string    // "zeebo/xxh3"
	Func hash.Func // what it computes
	Own  bool      // it computes something else, but is used for the same: its results are not ours
	// Width, if not 0, is the one width of keys that it takes.
	Width int
	// Hash writes the hash of each key to out, in a loop such as its users
	// write, so that the compiler may do for it what it can.
	Hash func(out []uint64, b *keymill.Batch)
	// Strings, if not nil, does so for keys that lie all over memory.
	Strings func(out []uint64, keys []string)
	// Command, if not nil, is the command line of a worker in another language,
	// which hashes keys that are UTF-8; Hash is then nil.
	Command []string
}

// PlacePeer is another library's placement.
type PlacePeer struct {
	Name   string
	Scheme string    // the preset whose partitions it computes
	Hash   hash.Func // what it hashes by, if that is not the preset's own: for the table device
	Parts  uint32
	// Untagged says that it takes keys for whole that have a hash tag in braces.
	Untagged bool
	Place    func(out []uint32, b *keymill.Batch)
}

// Tables are the kinds of runs.
var Tables = []string{"hash", "place", "kv", "device", "dispatch"}

// minRounds is the least number of samples for which there is a 95 % interval.
const minRounds = 6

// maxKeys is the largest number of keys of a batch, or rows of a store, that is
// worth trying: it takes gigabytes.
const maxKeys = 1 << 26

// Check says whether the config can be run, as far as it says itself.
func (c Config) Check() error {
	switch {
	case !slices.Contains(Tables, c.Table):
		return nearest.Unknown("table", c.Table, Tables)
	case c.Keys < 0 || c.Keys > maxKeys:
		return fmt.Errorf("%d keys: it takes 1 to %d, or 0 for what the table is meant for", c.Keys, maxKeys)
	case c.Rounds < 0 || c.Rounds > 0 && c.Rounds < minRounds:
		return fmt.Errorf("%d rounds: it takes %d or more, for fewer tell nothing at 95 %%", c.Rounds, minRounds)
	case c.Table == "device" && c.Workloads != nil:
		return fmt.Errorf("the table device has keys of %d bytes, and no other workloads", deviceWidth)
	case c.Table == "dispatch" && c.Workloads != nil:
		return errors.New("the table dispatch has keys of its own, and no other workloads")
	case c.Table == "dispatch" && c.Keys > 0 && c.Keys < leastDispatchKeys:
		return fmt.Errorf("%d keys: the largest batch of the table dispatch has %d or more", c.Keys, leastDispatchKeys)
	case c.Table == "kv" && c.Keys > 0 && c.Keys < minKeys:
		return fmt.Errorf("%d rows: it takes %d or more, or branch predictors learn them", c.Keys, minKeys)
	}
	for _, family := range c.Workloads {
		if err := checkFamily(family); err != nil {
			return err
		}
	}
	return nil
}

// Run measures a table. It ends early, with the context's error, when ctx ends.
func Run(ctx context.Context, c Config) (report *Report, err error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	rounds := c.Rounds
	if rounds == 0 {
		rounds = pick(c.Quick && c.Table == "dispatch", smallRoundsQuick, 151)
	}
	if c.Backends == nil && c.Table != "device" && c.Table != "dispatch" {
		if c.Backends, err = c.backends(); err != nil {
			return nil, err
		}
	}
	report = &Report{Roof: []Limit{}, Notes: slices.Clone(c.Peers.Notes), Table: c.Table, Machine: ThisMachine(), Rounds: rounds, Unit: "key"}
	defer func() {
		if ctx.Err() != nil { // which ends workers, too: what they say then is no news
			report, err = nil, ctx.Err()
		}
	}()
	table, err := c.table(ctx, report)
	if err != nil {
		return nil, err
	}
	defer func() { err = joined(err, table.close()) }()
	if len(table.groups) == 0 {
		return nil, fmt.Errorf("no row of table %s has %q in its name", c.Table, c.Only)
	}
	r := &runner{rounds: rounds, passes: 4, rng: rand.New(rand.NewPCG(c.Seed, 1)), progress: c.Progress}
	if err := r.run(ctx, table.groups); err != nil {
		return nil, err
	}
	if table.finish != nil {
		if err := table.finish(); err != nil {
			return nil, err
		}
	}
	for _, g := range table.groups {
		if table.finish == nil {
			report.Rows = append(report.Rows, g.rows()...)
		}
		for _, l := range g.limits() {
			if !slices.ContainsFunc(report.Roof, func(known Limit) bool { return known.Name == l.Name }) {
				report.Roof = append(report.Roof, l)
			}
		}
	}
	report.AA = aaOf(table.groups)
	return report, nil
}

// backends returns those that the config names.
func (c Config) backends() (chosen []keymill.Backend, err error) {
	name := c.Backend
	if name == "" {
		name = backend.Auto
	}
	candidates, err := backend.Choose(name, 1)
	for _, candidate := range candidates {
		chosen = append(chosen, candidate.Backend)
	}
	return chosen, err
}

// table is what a run measures.
type table struct {
	groups []*group
	finish func() error // makes the rows, if they are not those of the groups; nil: they are
	close  func() error
}

func (c Config) table(ctx context.Context, report *Report) (table, error) {
	switch c.Table {
	case "hash":
		return c.hashTable(ctx, report)
	case "place":
		return c.placeTable(report)
	case "kv":
		return c.storeTable(ctx, report)
	case "device":
		return c.deviceTable(ctx, report)
	case "dispatch":
		return c.dispatchTable(ctx, report)
	}
	return table{}, nearest.Unknown("table", c.Table, Tables)
}

func pick[T any](quick bool, ifQuick, otherwise T) T {
	if quick {
		return ifQuick
	}
	return otherwise
}
