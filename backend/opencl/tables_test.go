//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

func tableScheme(r place.Reduce, members uint32) place.Scheme {
	return place.Scheme{Name: r.String(), Reduce: r, Parts: members, Table: backendtest.TableOf(r, members)}
}

// ringOf returns a ring of so many points, of one member.
func ringOf(t *testing.T, n int) place.Scheme {
	t.Helper()
	points := make([]uint64, n)
	for i := range points {
		points[i] = uint64(i) << 40
	}
	ring, err := place.NewRing(points, make([]uint32, n), 1)
	require.NoError(t, err)
	return place.Scheme{Reduce: place.ReduceRing, Parts: 1, Table: ring}
}

func placeRight(t *testing.T, d *Device, b *keymill.Batch, s place.Scheme) {
	t.Helper()
	p := keymill.Params{Scheme: s}
	var dst keymill.Placement
	dst.Resize(keymill.OutParts, b.Len(), s.Parts)
	require.NoError(t, d.Place(&dst, b, p), s.Name)
	require.NoError(t, keymill.Verify(&dst, b, p), s.Name)
}

// A table goes to the device once, whoever asks for it, and those that were used last stay.
func TestTablesAreKept(t *testing.T) {
	f := &faults{calls: map[string]int{}}
	d, err := openWith(opened(t).withHook(f.hook), 0, Options{Memory: MemoryCopy, Slots: 2})
	require.NoError(t, err)
	b := faultBatches()[0]
	placeRight(t, d, &b, place.Mod(10)) // builds the program, and makes the slots' memory
	placeRight(t, d, &b, place.Mod(10))
	tested := len(d.tables.some) // those of the program's test, each with points and owners
	ring, weighted := tableScheme(place.ReduceRing, 30), tableScheme(place.ReduceRendezvous, 20)
	placeRight(t, d, &b, ring)
	made := f.calls["clCreateBuffer"]
	placeRight(t, d, &b, ring)
	require.Equal(t, made, f.calls["clCreateBuffer"], "it is there")
	placeRight(t, d, &b, weighted)
	require.Equal(t, made+2, f.calls["clCreateBuffer"], "points and members")

	dst := keymill.Placement{Hashes: make([]uint64, b.Len())}
	hashesOnly := tableScheme(place.ReduceTable, 30)
	require.NoError(t, d.Place(&dst, &b, keymill.Params{Scheme: hashesOnly}))
	require.NoError(t, keymill.Verify(&dst, &b, keymill.Params{Scheme: hashesOnly}))
	require.Len(t, d.tables.some, tested+2, "nobody asked for a partition")

	live := d.lib.live.Load()
	for range keptTables - 1 {
		placeRight(t, d, &b, tableScheme(place.ReduceTable, 30))
		placeRight(t, d, &b, weighted)
	}
	require.Len(t, d.tables.some, keptTables)
	gone := int64(2 * (tested + 1))
	require.Equal(t, live+keptTables-1-gone, d.lib.live.Load(), "the ring and those before it were used longest ago")
	made = f.calls["clCreateBuffer"]
	placeRight(t, d, &b, weighted)
	require.Equal(t, made, f.calls["clCreateBuffer"])
	placeRight(t, d, &b, ring)
	require.Equal(t, made+2, f.calls["clCreateBuffer"])
	for _, kept := range d.tables.some {
		require.Zero(t, kept.users)
	}
	require.NoError(t, d.Close())
	require.Zero(t, d.lib.live.Load())
}

// Of the bytes that are kept there is a limit, too.
func TestTablesFitTheirLimit(t *testing.T) {
	ts := tables{some: []*deviceTable{{bytes: 50}, {bytes: 60, users: 1}, {bytes: 10}, {bytes: 20}}}
	require.NoError(t, ts.free(opened(t), 10, 95))
	require.Len(t, ts.some, 3)
	require.NoError(t, ts.free(opened(t), 10, 80))
	require.Equal(t, []int{60, 20}, []int{ts.some[0].bytes, ts.some[1].bytes})
	require.NoError(t, ts.free(opened(t), 0, 0))
	require.Equal(t, 60, ts.some[0].bytes, "a call uses it")
	require.Len(t, ts.some, 1)
}

// Goroutines share tables, which come and go.
func TestTablesAtOnce(t *testing.T) {
	for _, memory := range []Memory{MemoryShared, MemoryCopy} {
		d, err := openWith(opened(t), 0, Options{Memory: memory, ChunkBytes: 16 << 10, Slots: 2})
		require.NoError(t, err)
		d.counts = memory == MemoryCopy
		b := residentBatches(t)["ragged"]
		r, err := d.Upload(&b)
		require.NoError(t, err)
		var some []place.Scheme
		for i := range 2 * keptTables {
			some = append(some, tableScheme(place.ReduceTable+place.Reduce(i%3), uint32(5+i)))
		}
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := range 40 {
					p := keymill.Params{Scheme: some[(g%4*5+i*3)%len(some)]}
					var dst keymill.Placement
					dst.Resize(keymill.OutParts|keymill.OutCounts, b.Len(), p.Scheme.Parts)
					var err error
					if g%2 == 0 {
						err = d.Place(&dst, &b, p)
					} else {
						err = r.Place(&dst, p)
					}
					if err = errors.Join(err, keymill.Verify(&dst, &b, p)); err != nil {
						t.Error(err)
						return
					}
				}
			}()
		}
		wg.Wait()
		require.LessOrEqual(t, len(d.tables.some), keptTables)
		require.NoError(t, d.Close())
		require.Zero(t, d.lib.live.Load())
	}
}

// A table that the device has not the memory for is another backend's work, and no fault of
// this one; where only other tables are in the way, they go.
func TestTableTooLarge(t *testing.T) {
	short := false
	lib := opened(t).withHook(func(call string) Code {
		if short && call == "clCreateBuffer" {
			short = false
			return -4
		}
		return 0
	})
	d, err := openWith(lib, 0, Options{Memory: MemoryCopy})
	require.NoError(t, err)
	d.info.MaxAlloc = 256 << 10
	b := faultBatches()[0]
	small, large := ringOf(t, 1000), ringOf(t, 40_000)
	placeRight(t, d, &b, small)
	dst := keymill.Placement{Parts: make([]uint32, b.Len())}
	err = d.Place(&dst, &b, keymill.Params{Scheme: large})
	require.ErrorIs(t, err, keymill.ErrUnsupported)
	require.ErrorContains(t, err, "the scheme's table has 480000 bytes")
	for _, kept := range d.tables.some {
		require.NotSame(t, large.Table, kept.of)
	}
	placeRight(t, d, &b, small)

	short = true
	placeRight(t, d, &b, ringOf(t, 2000))
	require.False(t, short)
	require.Len(t, d.tables.some, 1, "the other made room")
	require.NoError(t, d.Close())
	require.Zero(t, d.lib.live.Load())
}
