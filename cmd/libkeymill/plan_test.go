package main

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

func planOf(t *testing.T, e *engine, b *keymill.Batch, from, to scheme) *moves {
	t.Helper()
	old, oldParts, err := from.params()
	require.NoError(t, err)
	next, nextParts, err := to.params()
	require.NoError(t, err)
	n, err := cells(oldParts, nextParts)
	require.NoError(t, err)
	m := &moves{
		keys: 99, moved: 99, stayed: 99, unplaced: 99, // to be overwritten
		leaving: make([]uint64, oldParts), arriving: make([]uint64, nextParts), matrix: make([]uint64, n),
	}
	for _, array := range [][]uint64{m.leaving, m.arriving, m.matrix} {
		for i := range array {
			array[i] = 99
		}
	}
	require.NoError(t, e.plan(b, old, next, m))
	return m
}

// userKeys are more than one block, with a null key here and there.
func userKeys(t *testing.T) *keymill.Batch {
	t.Helper()
	var b keymill.Batch
	for i := range planKeys + 1000 {
		if i%997 == 996 {
			require.NoError(t, b.AppendNull())
		} else {
			require.NoError(t, b.Append(fmt.Appendf(nil, "user:%d", i)))
		}
	}
	return &b
}

// The definitions, one key at a time, say what moves.
func TestPlan(t *testing.T) {
	b := userKeys(t)
	from, to := scheme{name: "kafka", partitions: 12}, scheme{name: "librdkafka", partitions: 5}
	old, _, err := from.params()
	require.NoError(t, err)
	next, _, err := to.params()
	require.NoError(t, err)
	want := &moves{leaving: make([]uint64, 12), arriving: make([]uint64, 5), matrix: make([]uint64, 60)}
	for i := range b.Len() {
		_, f := old.Scheme.Place(b.Key(i))
		_, to := next.Scheme.Place(b.Key(i))
		want.keys++
		switch {
		case b.IsNull(i): // which librdkafka places and Kafka does not
			want.unplaced++
			continue
		case f == to:
			want.stayed++
		default:
			want.moved++
			want.leaving[f]++
			want.arriving[to]++
		}
		want.matrix[f*5+to]++
	}
	e := opened(t)
	require.NotZero(t, want.unplaced)
	require.Equal(t, want, planOf(t, e, b, from, to))

	m := new(moves) // no array is wanted
	require.NoError(t, e.plan(b, old, next, m))
	require.Equal(t, want.moved, m.moved)
}

// What jump consistent hash is for: from 12 to 16 partitions only keys of the new
// ones move, a quarter of all.
func TestPlanOfJump(t *testing.T) {
	b := userKeys(t)
	m := planOf(t, opened(t), b, scheme{name: "jump", partitions: 12}, scheme{name: "jump", partitions: 16})
	require.Equal(t, m.keys, m.moved+m.stayed+m.unplaced)
	require.InDelta(t, 0.25, float64(m.moved)/float64(m.keys-m.unplaced), 0.01)
	for part := range 12 {
		require.Zero(t, m.arriving[part])
	}
	same := planOf(t, opened(t), b, scheme{name: "jump", partitions: 12}, scheme{name: "jump", partitions: 12})
	require.Zero(t, same.moved)
	require.Equal(t, m.keys-m.unplaced, same.stayed)
}

func TestPlanOfBadOffsets(t *testing.T) {
	b := userKeys(t)
	b.Offsets[planKeys+5] = 0 // in the second block
	p, _, err := scheme{name: "kafka", partitions: 12}.params()
	require.NoError(t, err)
	refused(t, opened(t).plan(b, p, p, new(moves)), fmt.Sprintf("key %d: its offsets go backwards", planKeys+4))
}

func TestPlansAtOnce(t *testing.T) {
	e, b := opened(t), userKeys(t)
	from, to := scheme{name: "kafka", partitions: 12}, scheme{name: "kafka", partitions: 16}
	want := planOf(t, e, b, from, to)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			old, _, _ := from.params()
			next, _, _ := to.params()
			m := &moves{leaving: make([]uint64, 12), arriving: make([]uint64, 16), matrix: make([]uint64, 192)}
			if err := e.plan(b, old, next, m); err != nil {
				t.Error(err)
			}
			if fmt.Sprint(m) != fmt.Sprint(want) {
				t.Error("two plans at once disturb each other")
			}
		})
	}
	wg.Wait()
}

func TestCells(t *testing.T) {
	n, err := cells(1<<20, 1<<20)
	require.NoError(t, err)
	require.Equal(t, uint64(1)<<40, n)
	_, err = cells(1<<31, 1<<31)
	refused(t, err, "more than there is memory")
}

// What the example in C has to print of the keys user:0 to user:999, by the definitions.
func TestExampleExpectation(t *testing.T) {
	from, to := place.Kafka(12), place.Kafka(16)
	var had, leave, arrive [16]int
	moved := 0
	for i := range 1000 {
		key := fmt.Appendf(nil, "user:%d", i)
		_, old := from.Place(key)
		_, part := to.Place(key)
		had[old]++
		if old != part {
			leave[old]++
			arrive[part]++
			moved++
		}
	}
	want := "partition\tkeys\tleave\tarrive\n"
	for i := range had {
		want += fmt.Sprintf("%d\t%d\t%d\t%d\n", i, had[i], leave[i], arrive[i])
	}
	want += fmt.Sprintf("from 12 to 16 partitions %d of 1000 keys move\n", moved)
	got, err := os.ReadFile("example/expected.txt")
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}
