// Package backendtest is the conformance suite: what every backend must pass
// before it may compute a batch.
//
// [Run] compares a backend with the definitions in packages hash and place, key
// by key and bit by bit, on input chosen to break it: every length and
// alignment, counts around the width of a vector, memory that ends at an
// unmapped page, nulls, slices, seeds, malformed batches, many goroutines. Each
// check is a function that returns an error, so that the suite's own test can
// plant bugs in a copy of a backend and see that they are found.
//
// The short form pairs each hash with each scheme and each length with one of
// them; with KEYMILL_LONG=1 in the environment all combinations run.
package backendtest

import (
	"fmt"
	"os"
	"testing"

	"github.com/keymill/keymill"
)

// Check is one requirement on a backend.
type Check struct {
	Name string
	Run  func(keymill.Backend) error
}

// Checks returns the suite.
func Checks() []Check {
	return []Check{
		{"self-test", keymill.SelfTest},
		{"vectors", vectorsHold},
		{"lengths", lengths},
		{"widths", widths},
		{"counts of keys", keyCounts},
		{"hash by scheme", pairs},
		{"partitions", partitions},
		{"edges", edges},
		{"seeds", seeds},
		{"nulls", nulls},
		{"slices", sliced},
		{"outputs", outputs},
		{"scattered keys", scattered},
		{"guard pages", guardPages},
		{"alignments", alignments},
		{"malformed input", malformed},
		{"concurrent use", concurrent},
		{"allocations", allocations},
	}
}

// Run runs every check on the backend, each as a subtest.
func Run(t *testing.T, b keymill.Backend) {
	t.Helper()
	for _, check := range Checks() {
		t.Run(check.Name, func(t *testing.T) {
			if err := check.Run(b); err != nil {
				t.Error(err)
			}
		})
	}
}

// long says whether all combinations are to run. (It is asked during the test,
// so that go test knows that its result depends on it.)
func long() bool { return os.Getenv("KEYMILL_LONG") == "1" }

// describe adds to an error what was being computed.
func describe(err error, b *keymill.Batch, p keymill.Params) error {
	if err == nil {
		return nil
	}
	kind := fmt.Sprintf("%d keys of any length", b.Len())
	if b.Width > 0 {
		kind = fmt.Sprintf("%d keys of width %d", b.Len(), b.Width)
	}
	s, resolveErr := p.Resolve()
	if resolveErr != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return fmt.Errorf("%s, %s with seed %q, scheme %q over %d: %w", kind, s.Hash, s.Seed, s.Name, s.Parts, err)
}
