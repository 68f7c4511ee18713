package kvtest_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/kvtest"
	"github.com/keymill/keymill/kv/ref"
)

// planted is a bug, and the test of the suite that must find it.
type planted struct {
	bug, by string
	make    func() *mutant
}

var plain = kv.SetOptions{}

// recorder is a testing.TB on which a test may fail without failing ours.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	message  string
	cleanups []func()
}

func (r *recorder) Helper() {}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.message += fmt.Sprintf(format, args...)
}

func (r *recorder) FailNow() { runtime.Goexit() }

// failed runs a test on a goroutine of its own, and returns what it said.
func failed(t *testing.T, test kvtest.Test, newStore func() kv.Store) string {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, f := range r.cleanups {
				f()
			}
		}()
		defer func() {
			if p := recover(); p != nil {
				r.Errorf("panic: %v", p)
			}
		}()
		test.Run(r, newStore)
	}()
	<-done
	return r.message
}

// TestSuiteFindsPlantedBugs: without its tests the suite would pass anything.
// Each bug has to be found by the test that was written against such bugs, and
// each test has to find one.
func TestSuiteFindsPlantedBugs(t *testing.T) {
	finds := map[string]bool{}
	for _, p := range slices.Concat(basicMutants, copiesMutants, callbacksMutants, batchMutants, layoutMutants,
		largeMutants, lentMutants, concurrentMutants, placedMutants) {
		finds[p.by] = true
		t.Run(p.bug, func(t *testing.T) {
			i := slices.IndexFunc(kvtest.Tests(), func(test kvtest.Test) bool { return test.Name == p.by })
			require.GreaterOrEqual(t, i, 0, "the suite has no test %q", p.by)
			require.NotEmpty(t, failed(t, kvtest.Tests()[i], func() kv.Store {
				m := p.make()
				m.Store = ref.New(ref.Options{})
				return m
			}), "%q did not notice", p.by)
		})
	}
	for _, test := range kvtest.Tests() {
		require.True(t, finds[test.Name], "no bug shows that %q can fail", test.Name)
	}
}
