package kvtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/kv"
)

// together runs f(0) to f(n-1) on goroutines of their own, and fails with the
// errors that they return.
func together(t testing.TB, n int, f func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs[i] = f(i)
		}()
	}
	wg.Wait()
	for i, err := range errs {
		require.NoError(t, err, "goroutine %d", i)
	}
}

func hundredWriters(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	together(t, 100, func(i int) error {
		return s.Set(ctx, fmt.Appendf(nil, "key:%d", i), []byte{byte(i)}, kv.SetOptions{})
	})
	require.Equal(t, 100, s.Len())
	for i := range 100 {
		has(t, s, fmt.Sprintf("key:%d", i), string([]byte{byte(i)}))
	}
}

// stamped returns a value that only one writer writes, of a length of its own:
// a torn read, or one of freed memory, is seen.
func stamped(writer, i int) []byte {
	return bytes.Repeat(binary.BigEndian.AppendUint32(nil, uint32(writer<<16|i)), 1+(writer*31+i)%40)
}

func intact(value []byte) error {
	if len(value) < 4 {
		return fmt.Errorf("a value of %d bytes was never written", len(value))
	}
	stamp := binary.BigEndian.Uint32(value)
	if want := stamped(int(stamp>>16), int(stamp&0xFFFF)); !bytes.Equal(value, want) {
		return fmt.Errorf("the value %x was never written: it would be %x", value, want)
	}
	return nil
}

// oneKey has readers and writers on one key and its neighbour, by every call.
func oneKey(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	const writers, readers, rounds = 4, 4, 300
	key, other := []byte("the key"), []byte("the other")
	require.NoError(t, s.Set(ctx, key, stamped(0, 0), kv.SetOptions{}))
	both := keymill.NewBatch(string(key), string(other))
	together(t, writers+readers, func(g int) error {
		var dst keymill.Batch
		var memory []byte
		for i := range rounds {
			var err error
			switch {
			case g < writers && g%2 == 0:
				err = s.Set(ctx, key, stamped(g, i), kv.SetOptions{})
			case g < writers:
				values := keymill.NewBatch(string(stamped(g, i)), string(stamped(g, i)))
				if i%7 == 3 {
					_, err = s.Delete(ctx, other)
				} else {
					_, err = s.BatchSet(ctx, &both, &values, kv.SetOptions{})
				}
			case g%3 == 0:
				if memory, err = s.Get(ctx, key, memory[:0]); err == nil {
					err = intact(memory)
				}
			case g%3 == 1:
				err = s.View(ctx, key, intact)
			default:
				if err = s.BatchGet(ctx, &both, &dst); err == nil {
					if err = intact(dst.Key(0)); err == nil && !dst.IsNull(1) {
						err = intact(dst.Key(1))
					}
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	require.LessOrEqual(t, s.Len(), 2)
}

// concurrentBatches has goroutines set, get and delete batches of keys of their
// own, over shards that they share.
func concurrentBatches(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	const goroutines, keysEach = 8, 500
	together(t, goroutines, func(g int) error {
		var keys, values, dst keymill.Batch
		for i := range keysEach {
			if err := keys.Append(fmt.Appendf(nil, "g%d:%d", g, i)); err != nil {
				return err
			}
			if err := values.Append(stamped(g, i)); err != nil {
				return err
			}
		}
		half := keys.Slice(0, keysEach/2)
		for range 5 {
			if r, err := s.BatchSet(ctx, &keys, &values, kv.SetOptions{}); err != nil || r.Rows() != keysEach {
				return fmt.Errorf("BatchSet: %v, %w", r, err)
			}
			if err := s.BatchGet(ctx, &keys, &dst); err != nil {
				return err
			}
			for i := range keysEach {
				if !bytes.Equal(dst.Key(i), stamped(g, i)) {
					return fmt.Errorf("key %d of goroutine %d has the value %x", i, g, dst.Key(i))
				}
			}
			if n, err := s.BatchDelete(ctx, &half); err != nil || n != keysEach/2 {
				return fmt.Errorf("BatchDelete: %d, %w", n, err)
			}
			seen := 0
			if err := s.Scan(ctx, fmt.Appendf(nil, "g%d:", g), func(_, value []byte) error {
				seen++
				return intact(value)
			}); err != nil || seen != keysEach/2 {
				return fmt.Errorf("scan saw %d keys: %w", seen, err)
			}
		}
		return nil
	})
	require.Equal(t, goroutines*keysEach/2, s.Len())
}

// scanWhileWriting: keys that are there all the time are seen exactly once.
func scanWhileWriting(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	for i := range 1000 {
		set(t, s, fmt.Sprintf("stays:%d", i), fmt.Sprint(i))
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	var writeErr error
	wg.Add(1)
	go func() {
		defer wg.Done()
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			key := fmt.Appendf(nil, "comes and goes:%d", i%5000)
			if err := s.Set(ctx, key, key, kv.SetOptions{}); err != nil {
				writeErr = err
				return
			}
			if _, err := s.Delete(ctx, fmt.Appendf(nil, "comes and goes:%d", (i-50)%5000)); err != nil {
				writeErr = err
				return
			}
		}
	}()
	for range 20 {
		all := contents(t, s, "") // which requires that no key comes twice
		for i := range 1000 {
			require.Equal(t, fmt.Sprint(i), all[fmt.Sprintf("stays:%d", i)])
		}
		require.Len(t, contents(t, s, "stays:"), 1000)
	}
	close(done)
	wg.Wait()
	require.NoError(t, writeErr)
}

// groupUnder places the keys as the store asks for.
func groupUnder(s kv.PlacedSetter, keys *keymill.Batch, groups *keymill.Groups) error {
	p := s.Params()
	var placed keymill.Placement
	placed.Resize(keymill.OutParts, keys.Len(), 0)
	if err := cpu.New().Place(&placed, keys, p); err != nil {
		return err
	}
	return placed.Group(groups, p.Scheme.Parts)
}

// placed: batches that the caller placed, applied by several goroutines.
func placed(t testing.TB, newStore func() kv.Store) {
	s, ok := open(t, newStore).(kv.PlacedSetter)
	if !ok {
		return // an ability that this store does not have
	}
	shards := s.Params().Scheme.Parts
	require.Equal(t, s.Params(), s.Params())
	want := map[string]string{}
	var keys, values keymill.Batch
	for i := range 4000 {
		key, value := fmt.Sprint("key ", i*i%1777), fmt.Sprint("value ", i)
		want[key] = value
		require.NoError(t, keys.Append([]byte(key)))
		require.NoError(t, values.Append([]byte(value)))
	}
	var groups keymill.Groups
	require.NoError(t, groupUnder(s, &keys, &groups))
	const workers = 3
	results := make([]kv.SetResult, workers)
	together(t, workers, func(w int) (err error) {
		from, to := shards*uint32(w)/workers, shards*uint32(w+1)/workers
		results[w], err = s.SetPlaced(ctx, &keys, &values, &groups, from, to, kv.SetOptions{})
		return err
	})
	added, rows := 0, 0
	for _, r := range results {
		added, rows = added+r.Added, rows+r.Rows()
	}
	require.Equal(t, len(want), added)
	require.Equal(t, 4000, rows)
	require.Equal(t, want, contents(t, s, ""))
	for key, value := range want {
		has(t, s, key, value)
	}

	// What has not the form of a placement is refused whole.
	before := contents(t, s, "")
	broken := func(change func(g *keymill.Groups)) *keymill.Groups {
		g := keymill.Groups{Order: append([]uint32(nil), groups.Order...), Starts: append([]uint32(nil), groups.Starts...)}
		change(&g)
		return &g
	}
	other := keymill.NewBatch("a")
	for _, c := range []struct {
		keys     *keymill.Batch
		groups   *keymill.Groups
		from, to uint32
	}{
		{&other, &groups, 0, shards},
		{&keys, &groups, 1, 0},
		{&keys, &groups, 0, shards + 1},
		{&keys, &keymill.Groups{}, 0, shards},
		{&keys, broken(func(g *keymill.Groups) { g.Order[5] = 4000 }), 0, shards},
		{&keys, broken(func(g *keymill.Groups) { g.Starts[1] = 4001 }), 0, shards},
		{&keys, broken(func(g *keymill.Groups) { g.Starts[3], g.Starts[4] = g.Starts[4]+1, g.Starts[3] }), 0, shards},
	} {
		vals := values
		if c.keys == &other {
			vals = other
		}
		_, err := s.SetPlaced(ctx, c.keys, &vals, c.groups, c.from, c.to, kv.SetOptions{})
		require.ErrorIs(t, err, keymill.ErrInvalid)
	}
	require.Equal(t, before, contents(t, s, ""))
}
