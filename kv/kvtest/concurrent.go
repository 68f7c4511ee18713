package kvtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

// together runs f(0) to f(n-1) on goroutines of their own, none before all are
// there, and fails with the errors that they return.
func together(t testing.TB, n int, f func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	var wg, ready sync.WaitGroup
	ready.Add(n)
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ready.Done()
			ready.Wait()
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

// oneKey has readers and writers on one key and its neighbour, by every call. The
// readers read until the last writer has ended.
func oneKey(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	const writers, readers, rounds = 4, 4, 300
	key, other := []byte("the key"), []byte("the other")
	require.NoError(t, s.Set(ctx, key, stamped(0, 0), kv.SetOptions{}))
	both := keymill.NewBatch(string(key), string(other))
	var writing sync.WaitGroup
	writing.Add(writers)
	written := make(chan struct{})
	go func() { writing.Wait(); close(written) }()
	together(t, writers+readers, func(g int) error {
		var dst keymill.Batch
		var memory []byte
		if g < writers {
			defer writing.Done()
		}
		for i := 0; ; i++ {
			if g < writers && i == rounds {
				return nil
			}
			if g >= writers {
				select {
				case <-written:
					return nil
				default:
					runtime.Gosched()
				}
			}
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
