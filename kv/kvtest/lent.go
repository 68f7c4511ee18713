package kvtest

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

// patience is how long a callback waits for a call that others make meanwhile. A
// store may let that call wait until the callback has ended.
const patience = 100 * time.Millisecond

// meanwhile starts f, and returns when it has ended or patience has. What it
// returns waits for the end.
func meanwhile(f func() error) (wait func() error) {
	result := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		result <- f()
	}()
	select {
	case <-ended:
	case <-time.After(patience):
	}
	return func() error { return <-result }
}

// reuse sets many keys with values of that size, so that memory which was freed
// is written over.
func reuse(s kv.Store, size int) error {
	other := bytes.Repeat([]byte("*"), size)
	for i := range 200 {
		if err := s.Set(ctx, fmt.Appendf(nil, "other:%d", i), other, kv.SetOptions{}); err != nil {
			return err
		}
	}
	return nil
}

func same(what, want string, got []byte, after string) error {
	if string(got) != want {
		return fmt.Errorf("the %s that was lent became %q after %s: it was %q", what, got, after, want)
	}
	return nil
}

// lentStays: what View and Scan lend stays as it is until the callback ends,
// whatever others do to the key, or to the store.
func lentStays(t testing.TB, newStore func() kv.Store) {
	const name = "the key"
	value := strings.Repeat("the value ", 50)
	another := bytes.Repeat([]byte("x"), len(value))
	keys, values := keymill.NewBatch(name), keymill.NewBatch(string(another))
	for what, change := range map[string]func(s kv.Store) error{
		"Set": func(s kv.Store) error {
			return errors.Join(s.Set(ctx, []byte(name), another, kv.SetOptions{}), reuse(s, len(value)))
		},
		"BatchSet": func(s kv.Store) error {
			_, err := s.BatchSet(ctx, &keys, &values, kv.SetOptions{})
			return errors.Join(err, reuse(s, len(value)))
		},
		"Delete": func(s kv.Store) error {
			_, err := s.Delete(ctx, []byte(name))
			return errors.Join(err, reuse(s, len(value)))
		},
		"BatchDelete": func(s kv.Store) error {
			_, err := s.BatchDelete(ctx, &keys)
			return errors.Join(err, reuse(s, len(value)))
		},
		"Close": kv.Store.Close,
	} {
		s := open(t, newStore)
		set(t, s, name, value)
		var wait func() error
		require.NoError(t, s.View(ctx, []byte(name), func(lent []byte) error {
			wait = meanwhile(func() error { return change(s) })
			return same("value", value, lent, what)
		}))
		require.NoError(t, wait())

		s = open(t, newStore)
		set(t, s, name, value)
		wait = nil
		err := s.Scan(ctx, nil, func(key, lent []byte) error {
			if wait != nil {
				return nil // one of those that came meanwhile
			}
			wait = meanwhile(func() error { return change(s) })
			return errors.Join(same("key", name, key, what), same("value", value, lent, what))
		})
		if what != "Close" || !errors.Is(err, kv.ErrClosed) { // with which a scan that was closed may end
			require.NoError(t, err)
		}
		require.NotNil(t, wait, "Scan did not come to the key")
		require.NoError(t, wait())
	}
}

// scanCalls: f may make every call, and what it was lent stays.
func scanCalls(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	want := map[string]string{}
	for i := range 100 {
		want[fmt.Sprintf("old:%03d", i)] = strings.Repeat("value ", 1+i%3)
	}
	for key, value := range want {
		set(t, s, key, value)
	}
	came := 0
	require.NoError(t, s.Scan(ctx, []byte("old:"), func(key, value []byte) error {
		came++
		name := string(key)
		stays := func(after string) {
			require.NoError(t, errors.Join(same("key", name, key, after), same("value", want[name], value, after)))
		}
		stays("nothing")
		require.NoError(t, s.Scan(ctx, nil, func(_, _ []byte) error { return nil }))
		stays("Scan")
		has(t, s, name, want[name])
		stays("Get, View and BatchGet")
		set(t, s, name, strings.Repeat("X", len(value)))
		stays("Set")
		batchSet(t, s, []string{name, "new:" + name[4:]}, []string{"of a batch", "new"})
		stays("BatchSet")
		require.Equal(t, 1, batchDelete(t, s, name))
		stays("BatchDelete")
		set(t, s, "new2:"+name[4:], strings.Repeat("Y", len(value)))
		stays("a Set of another key")
		require.Equal(t, 100+came, s.Len())
		return nil
	}))
	require.Equal(t, 100, came)
	require.Equal(t, 200, s.Len())
}

// lentWhileWriting: readers look twice at what they were lent, while writers set
// and delete the keys.
func lentWhileWriting(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	const writers, readers, rounds = 2, 2, 100
	names := numbered("key:", 8)
	batch := keymill.NewBatch(names...)
	twice := func(value []byte) error {
		if err := intact(value); err != nil {
			return err
		}
		before := bytes.Clone(value)
		runtime.Gosched()
		if !bytes.Equal(before, value) {
			return fmt.Errorf("%x became %x under the eyes of a reader", before, value)
		}
		return nil
	}
	write := func(g, i int) error {
		name := []byte(names[i%len(names)])
		switch i % 4 {
		case 0:
			_, err := s.Delete(ctx, name)
			return err
		case 1:
			var values keymill.Batch
			for j := range names {
				if err := values.Append(stamped(g, i+j)); err != nil {
					return err
				}
			}
			_, err := s.BatchSet(ctx, &batch, &values, kv.SetOptions{})
			return err
		}
		return s.Set(ctx, name, stamped(g, i), kv.SetOptions{})
	}
	var reading sync.WaitGroup
	reading.Add(readers)
	enough := make(chan struct{})
	go func() { reading.Wait(); close(enough) }()
	require.NoError(t, write(0, 1))
	together(t, writers+readers, func(g int) error {
		if g < writers {
			for i := 0; ; i = (i + 1) % 1000 {
				select {
				case <-enough:
					return nil
				default:
				}
				if err := write(g, i); err != nil {
					return err
				}
				runtime.Gosched() // a reader who looks again need not wait for long
			}
		}
		defer reading.Done()
		for i := range rounds {
			err := s.View(ctx, []byte(names[i%len(names)]), twice)
			if err != nil && !errors.Is(err, kv.ErrNotFound) {
				return err
			}
			if err := s.Scan(ctx, []byte("key:"), func(key, value []byte) error {
				name := string(key)
				err := twice(value)
				if string(key) != name || !strings.HasPrefix(name, "key:") {
					err = errors.Join(err, fmt.Errorf("the key %q became %q", name, key))
				}
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// closeWhileCalling: a call that Close overtakes does its work, or says ErrClosed.
func closeWhileCalling(t testing.TB, newStore func() kv.Store) {
	s := open(t, newStore)
	names := numbered("key:", 64)
	keys, values := keymill.NewBatch(names...), keymill.Batch{}
	for i := range names {
		require.NoError(t, values.Append(stamped(1, i)))
	}
	_, err := s.BatchSet(ctx, &keys, &values, kv.SetOptions{})
	require.NoError(t, err)
	calls := []func(i int, dst *keymill.Batch) error{
		func(i int, _ *keymill.Batch) error {
			got, err := s.Get(ctx, keys.Key(i), nil)
			if err == nil {
				err = intact(got)
			}
			return err
		},
		func(i int, _ *keymill.Batch) error { return s.View(ctx, keys.Key(i), intact) },
		func(i int, _ *keymill.Batch) error { return s.Set(ctx, keys.Key(i), values.Key(i), kv.SetOptions{}) },
		func(_ int, dst *keymill.Batch) error {
			err := s.BatchGet(ctx, &keys, dst)
			for row := 0; err == nil && row < dst.Len(); row++ {
				err = intact(dst.Key(row))
			}
			return err
		},
		func(int, *keymill.Batch) error {
			_, err := s.BatchSet(ctx, &keys, &values, kv.SetOptions{})
			return err
		},
		func(int, *keymill.Batch) error {
			return s.Scan(ctx, nil, func(_, value []byte) error { return intact(value) })
		},
		func(i int, _ *keymill.Batch) error {
			there, err := s.Exists(ctx, keys.Key(i))
			if err == nil && !there {
				err = errors.New("nobody deleted the key")
			}
			return err
		},
	}
	var busy sync.WaitGroup // until each has made some calls
	busy.Add(len(calls))
	var closed atomic.Bool
	together(t, len(calls)+1, func(g int) error {
		if g == len(calls) {
			busy.Wait()
			err := s.Close()
			closed.Store(true)
			return err
		}
		var dst keymill.Batch
		for i := 0; ; i++ {
			late := closed.Load()
			err := calls[g](i%len(names), &dst)
			if i == 20 || err != nil && i < 20 {
				busy.Done()
			}
			switch {
			case errors.Is(err, kv.ErrClosed):
				return nil
			case err != nil:
				return err
			case late:
				return errors.New("a closed store answered")
			}
		}
	})
}
