// Command verify compares every backend that works here with the definitions in
// packages hash and place, key by key, on random work: lengths, widths, alignments,
// seeds, schemes, numbers of partitions, nulls and outputs are all drawn. It is the
// long run behind scripts/verify-backends.sh.
//
//	go run ./internal/backendtest/verify -keys 100000000
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"text/tabwriter"
	"time"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/hash"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "verify: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	keys := flag.Int("keys", 1_000_000, "keys for each hash function on each backend")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the random work: the same seed makes the same work")
	only := flag.String("hash", "", "function to take alone (default: all)")
	flag.Parse()
	functions := hash.All()
	if *only != "" {
		f, err := hash.Parse(*only)
		if err != nil {
			return err
		}
		functions = []hash.Func{f}
	}
	m := bench.ThisMachine()
	fmt.Printf("%d keys for each function, seed %d; %s, %d cores, %s, %s\n\n", *keys, *seed, m.Processor, m.Cores, m.System, m.Go)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(out, "backend\tfunction\tbatches\tkeys\tbytes\n")
	for _, e := range backend.List() {
		if e.Err != nil {
			fmt.Fprintf(out, "%s\tnot used: %v\n", e.Name, e.Err)
			continue
		}
		for _, f := range functions {
			work := newWork(*seed ^ uint64(f))
			batches, bytes, n := 0, 0, 0
			for ; n < *keys; batches++ {
				if ctx.Err() != nil {
					return errors.New("interrupted")
				}
				call := work.next(f)
				if err := call.compare(e.Backend); err != nil {
					return fmt.Errorf("%s, batch %d of seed %d: %w", e.Name, batches, *seed, err)
				}
				n += call.batch.Len()
				bytes += call.batch.Size()
			}
			fmt.Fprintf(out, "%s\t%s\t%d\t%d\t%d\n", e.Name, f, batches, n, bytes)
		}
	}
	fmt.Fprint(out, "\nno key has another hash or partition than its definition\n")
	return out.Flush()
}

// call is a random call of a backend.
type call struct {
	batch  keymill.Batch
	params keymill.Params
	want   keymill.Output
	out    *keymill.Placement
}

func (c *call) compare(b keymill.Backend) error {
	s, err := c.params.Resolve()
	if err != nil {
		return err
	}
	c.out.Resize(c.want, c.batch.Len(), s.Parts)
	for i := range c.out.Hashes {
		c.out.Hashes[i] = 0xA5A5A5A5A5A5A5A5
	}
	for i := range c.out.Parts {
		c.out.Parts[i] = 0xA5A5A5A5
	}
	if err := b.Place(c.out, &c.batch, c.params); err != nil {
		return err
	}
	if err := keymill.Verify(c.out, &c.batch, c.params); err != nil {
		return fmt.Errorf("%s with seed %q, scheme %q over %d, width %d: %w", s.Hash, s.Seed, s.Name, s.Parts, c.batch.Width, err)
	}
	return nil
}

// work draws calls.
type work struct {
	rng  *rand.Rand
	data []byte
	out  keymill.Placement
}

// dataBytes of random data are what the keys are cut from: more than a cache has.
const dataBytes = 64 << 20

func newWork(seed uint64) *work {
	w := &work{rng: rand.New(rand.NewPCG(seed, 0)), data: make([]byte, dataBytes)}
	for i := range w.data {
		w.data[i] = byte(w.rng.Uint32() >> 13)
	}
	return w
}
