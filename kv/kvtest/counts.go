package kvtest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

// setter is a call that sets rows.
type setter = func(keys, values *keymill.Batch) (kv.SetResult, error)

// setters returns BatchSet, and SetPlaced as a pipeline uses it, or BatchSet again
// where the store has none.
func setters(s kv.Store) (batchSet, place setter) {
	batchSet = func(keys, values *keymill.Batch) (kv.SetResult, error) {
		return s.BatchSet(ctx, keys, values, kv.SetOptions{})
	}
	p, ok := s.(kv.PlacedSetter)
	if !ok {
		return batchSet, batchSet
	}
	return batchSet, func(keys, values *keymill.Batch) (kv.SetResult, error) {
		var groups keymill.Groups
		if err := groupUnder(p, keys, &groups); err != nil {
			return kv.SetResult{}, err
		}
		return p.SetPlaced(ctx, keys, values, &groups, 0, p.Params().Scheme.Parts, kv.SetOptions{})
	}
}

// countedOnce: however many goroutines set or delete the same keys at the same
// time, each key that comes is added by one of them, and each that goes is
// deleted by one of them.
func countedOnce(t testing.TB, newStore func() kv.Store) {
	const goroutines, distinct = 4, 500
	s := open(t, newStore)
	names := numbered("key:", distinct)
	keys := keymill.NewBatch(names...)
	backwards := slices.Clone(names)
	slices.Reverse(backwards)
	keysBackwards := keymill.NewBatch(backwards...)
	batchSet, place := setters(s)
	for round := range 12 { // each call against itself, and then both against each other
		sets := [][goroutines]setter{
			{batchSet, batchSet, batchSet, batchSet}, {place, place, place, place}, {batchSet, batchSet, place, place},
		}[round%3]
		results := make([]kv.SetResult, goroutines)
		together(t, goroutines, func(g int) (err error) {
			batch := &keys
			if g%2 == 1 {
				batch = &keysBackwards
			}
			results[g], err = sets[g](batch, batch)
			return err
		})
		sum := kv.SetResult{}
		for _, r := range results {
			sum.Added, sum.Replaced = sum.Added+r.Added, sum.Replaced+r.Replaced
		}
		require.Equal(t, kv.SetResult{Added: distinct, Replaced: (goroutines - 1) * distinct}, sum)
		require.Equal(t, distinct, s.Len())

		deleted := make([]int, goroutines)
		together(t, goroutines, func(g int) (err error) {
			if round%3 == 1 || round%3 == 2 && g%2 == 0 {
				deleted[g], err = s.BatchDelete(ctx, &keys)
				return err
			}
			for _, name := range names {
				was, err := s.Delete(ctx, []byte(name))
				if err != nil {
					return err
				}
				if was {
					deleted[g]++
				}
			}
			return nil
		})
		total := 0
		for _, n := range deleted {
			total += n
		}
		require.Equal(t, distinct, total, "round %d: each key is deleted once: %v", round, deleted)
		require.Zero(t, s.Len())
	}
}

// countsAddUp: goroutines set and delete the same few keys all the time. What was
// added less what was deleted is what is there.
func countsAddUp(t testing.TB, newStore func() kv.Store) {
	const goroutines, rounds = 4, 10_000
	s := open(t, newStore)
	batchSet, place := setters(s)
	names := []string{"a", "b", "c"}
	keys := keymill.NewBatch(names...)
	all, err := batchSet(&keys, &keys)
	require.NoError(t, err)
	require.Equal(t, kv.SetResult{Added: 3}, all)
	there := make([]int, goroutines) // what each added less what it deleted
	together(t, goroutines, func(g int) error {
		for i := range rounds {
			one := keys.Slice(i%3, i%3+1)
			switch i % 4 {
			case 0:
				was, err := s.Delete(ctx, []byte(names[i%3]))
				if err != nil {
					return err
				}
				if was {
					there[g]--
				}
			case 2:
				n, err := s.BatchDelete(ctx, &one)
				if err != nil {
					return err
				}
				there[g] -= n
			default:
				set := batchSet
				if i%4 == 3 {
					set = place
				}
				result, err := set(&one, &one)
				if err != nil || result.Rows() != 1 {
					return fmt.Errorf("one row was set: %+v, %w", result, err)
				}
				there[g] += result.Added
			}
		}
		return nil
	})
	sum := 3
	for _, n := range there {
		sum += n
	}
	require.Equal(t, s.Len(), sum)
	require.Len(t, contents(t, s, ""), sum)
}
