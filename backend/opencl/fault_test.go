//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// faults lets one call of a name fail, and counts the calls.
type faults struct {
	mu    sync.Mutex
	calls map[string]int
	name  string
	at    int // the how manieth call of that name; 0: none
	code  Code
	hit   bool
}

func (f *faults) hook(call string) Code {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[call]++
	if call == f.name && f.calls[call] == f.at {
		f.hit = true
		return f.code
	}
	return 0
}

// faultRun opens the device, places batches through a dispatcher that prefers it, and
// closes it, while a call fails. Every result must be right all the same.
func faultRun(t *testing.T, f *faults, o Options) {
	t.Helper()
	f.calls = map[string]int{}
	lib := opened(t).withHook(f.hook)
	d, err := openWith(lib, 0, o)
	if err == nil {
		d.counts = o.Memory == MemoryCopy // so that there are faults of that, too
	}
	if err != nil {
		var e *Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, f.name, e.Call)
		require.Equal(t, f.code, e.Code)
		require.LessOrEqual(t, lib.live.Load(), int64(1))
		return
	}
	free := keymill.Profile{}
	for _, class := range []keymill.WidthClass{keymill.Ragged, keymill.Width16} {
		for _, r := range []place.Reduce{place.ReduceMod, place.ReduceRing} {
			free[keymill.Op{Hash: hash.XXH3, Class: class, Reduce: r}] = keymill.Cost{}
		}
	}
	slow := keymill.Profile{}
	for op := range free {
		slow[op] = keymill.Cost{Fixed: 1e9}
	}
	dispatcher, err := keymill.NewDispatcher(keymill.Config{Candidates: []keymill.Candidate{
		{Backend: cpu.New(), Profile: slow}, {Backend: d, Profile: free},
	}})
	require.NoError(t, err)
	p := keymill.Params{Hash: hash.XXH3, Scheme: place.Mod(10)}
	ring := keymill.Params{Hash: hash.XXH3, Scheme: tableScheme(place.ReduceRing, 10)}
	for _, b := range faultBatches() {
		for _, p := range []keymill.Params{p, ring} {
			var dst keymill.Placement
			dst.Resize(keymill.OutHashes|keymill.OutParts|keymill.OutCounts, b.Len(), 10)
			require.NoError(t, dispatcher.Place(&dst, &b, p))
			require.NoError(t, keymill.Verify(&dst, &b, p))
		}
	}
	for _, kept := range d.tables.some {
		require.Zero(t, kept.users, "a call that failed uses a table no more")
	}
	stats := dispatcher.Stats().Backends[1]
	if stats.Failures > 0 {
		require.Contains(t, stats.Quarantine, f.name)
		require.Contains(t, stats.Quarantine, f.code.String())
	}
	faultResident(t, d, p)
	err = d.Close()
	if !f.hit {
		require.NoError(t, err)
		require.Zero(t, lib.live.Load(), "objects that were not released")
	}
	require.LessOrEqual(t, lib.live.Load(), int64(2), "an event, and what keeps it")
}

// faultResident: what is uploaded is placed right, or there is an error of ours.
func faultResident(t *testing.T, d *Device, p keymill.Params) {
	t.Helper()
	b := faultBatches()[0]
	r, err := d.Upload(&b)
	if err == nil {
		var dst keymill.Placement
		dst.Resize(keymill.OutHashes|keymill.OutParts|keymill.OutCounts, b.Len(), 10)
		if err = r.Place(&dst, p); err == nil {
			require.NoError(t, keymill.Verify(&dst, &b, p))
		}
		if closeErr := r.Close(); err == nil {
			err = closeErr
		}
	}
	if err != nil {
		var e *Error
		require.ErrorAs(t, err, &e)
	}
}

// faultBatches: one small, one of several chunks, one that a processor takes in place.
func faultBatches() []keymill.Batch {
	var small keymill.Batch
	for i := range 50 {
		if err := small.Append(fmt.Appendf(nil, "key-%0*d", i%9, i)); err != nil {
			panic(err) // the keys are ours
		}
	}
	medium := keymill.Batch{Width: 16, Data: make([]byte, 16*2000)}
	large := keymill.Batch{Width: 16, Data: make([]byte, fewInPlace)}
	for _, b := range []keymill.Batch{medium, large} {
		for i := range b.Data {
			b.Data[i] = byte(i * i >> 3)
		}
	}
	return []keymill.Batch{small, medium, large}
}

// TestFaults lets each OpenCL call that a run makes fail in turn, the first, the last and
// some between of each name; all of them with KEYMILL_FAULTS=all, which takes minutes.
func TestFaults(t *testing.T) {
	codes := []Code{-5, -4, -6, -2, -36, -30, -14, -9999}
	for name, o := range map[string]Options{
		"shared": {Memory: MemoryShared, ChunkBytes: 16 << 10},
		"copied": {Memory: MemoryCopy, ChunkBytes: 16 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			o.CacheDir = t.TempDir()
			none := &faults{}
			faultRun(t, none, o) // fills the cache
			faultRun(t, none, o)
			require.Greater(t, len(none.calls), 20)
			n := 0
			for call, count := range none.calls {
				for at := 1; at <= count; at++ {
					if at > 2 && at < count-1 && at != count/2 && at != count/4 && os.Getenv("KEYMILL_FAULTS") != "all" {
						continue
					}
					f := &faults{name: call, at: at, code: codes[n%len(codes)]}
					n++
					t.Run(fmt.Sprintf("%s %d %v", call, at, f.code), func(t *testing.T) { faultRun(t, f, o) })
				}
			}
		})
	}
}

// A device that never says that its work is done is lost: what it may still use stays where
// it is, and it is asked for nothing more.
func TestNeverDone(t *testing.T) {
	for i, b := range faultBatches() {
		silent := false
		lib := opened(t).withHook(func(call string) Code {
			if silent && (call == "clWaitForEvents" || call == "clFinish") {
				return -5
			}
			return 0
		})
		d, err := openWith(lib, 0, Options{Slots: 1})
		require.NoError(t, err)
		dst := keymill.Placement{Hashes: make([]uint64, b.Len())}
		require.NoError(t, d.Place(&dst, &b, keymill.Params{}))
		silent = true
		require.True(t, isKind(d.Place(&dst, &b, keymill.Params{}), DeviceLost), "batch %d", i)
		silent = false
		require.True(t, isKind(d.Place(&dst, &b, keymill.Params{}), DeviceLost))
		_, err = d.Upload(&b)
		require.True(t, isKind(err, DeviceLost))
		require.NoError(t, d.Close())
	}
	kept := 0
	lostLoans.Range(func(any, any) bool { kept++; return true })
	require.Equal(t, 1, kept, "the memory of the batch that was in place stays pinned")
	runtime.GC()
	runtime.GC() // which would find it forgotten
}
