// Package kvtest is the contract of package kv as a test suite: what every
// store must pass.
//
//	func TestContract(t *testing.T) { kvtest.Run(t, func() kv.Store { return mystore.New() }) }
package kvtest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

// Test is one part of the contract. It makes the stores that it needs, each
// empty, and closes them.
type Test struct {
	Name string
	Run  func(t testing.TB, newStore func() kv.Store)
}

// Tests returns the suite.
func Tests() []Test {
	return []Test{
		{"create, read, update, delete", crud},
		{"any bytes are a key", anyKey},
		{"batches with a missing key", missingKey},
		{"of equal keys the last wins", lastWins},
		{"batches agree with single calls", batchesAgree},
		{"what is set is copied", setCopies},
		{"what is got is the caller's", getCopies},
		{"Get appends", getAppends},
		{"View lends", view},
		{"nulls", nulls},
		{"malformed batches", malformed},
		{"Scan", scan},
		{"Scan while others write", scanWhileWriting},
		{"a context that has ended", ended},
		{"a store that is closed", closed},
		{"operations like those of a map", model},
		{"a hundred writers", hundredWriters},
		{"one key from all sides", oneKey},
		{"batches from all sides", concurrentBatches},
		{"batches of fixed-width rows", fixedWidth},
		{"batches of broken widths", brokenWidths},
		{"slices of batches", sliced},
		{"nulls beyond the first word", farNulls},
		{"a result that is used again", reusedResult},
		{"long keys", longKeys},
		{"a large value", largeValue},
		{"growth", growth},
		{"errors of callbacks", callbackErrors},
		{"what is lent stays", lentStays},
		{"Scan's callback calls the store", scanCalls},
		{"lent while others write", lentWhileWriting},
		{"Close while others call", closeWhileCalling},
		{"every key is counted once", countedOnce},
		{"the counts add up", countsAddUp},
		{"placed batches", placed},
		{"placed batches are copied", placedCopies},
		{"placed slices and widths", placedLayouts},
		{"placed batches that are refused", placedRefused},
	}
}

// Run runs the suite on the stores that newStore makes, each part as a subtest.
func Run(t *testing.T, newStore func() kv.Store) {
	t.Helper()
	for _, test := range Tests() {
		t.Run(test.Name, func(t *testing.T) { test.Run(t, newStore) })
	}
}

var ctx = context.Background()

// open makes a store that is closed when the test ends.
func open(t testing.TB, newStore func() kv.Store) kv.Store {
	s := newStore()
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.Zero(t, s.Len(), "a new store is empty")
	return s
}

func set(t testing.TB, s kv.Store, key, value string) {
	t.Helper()
	require.NoError(t, s.Set(ctx, []byte(key), []byte(value), kv.SetOptions{}))
}

// has requires that the key has the value, by every way of reading it.
func has(t testing.TB, s kv.Store, key, value string) {
	t.Helper()
	got, err := s.Get(ctx, []byte(key), nil)
	require.NoError(t, err, "key %q", key)
	require.Equal(t, value, string(got), "key %q", key)
	require.NotNil(t, got, "an empty value is not nil")
	exists, err := s.Exists(ctx, []byte(key))
	require.NoError(t, err)
	require.True(t, exists, "key %q", key)
	require.Equal(t, []string{value}, batchGet(t, s, key))
	require.NoError(t, s.View(ctx, []byte(key), func(v []byte) error {
		require.Equal(t, value, string(v))
		return nil
	}))
}

// lacks requires that the key is not there, by every way of reading it.
func lacks(t testing.TB, s kv.Store, key string) {
	t.Helper()
	got, err := s.Get(ctx, []byte(key), nil)
	require.ErrorIs(t, err, kv.ErrNotFound, "key %q", key)
	require.Nil(t, got)
	exists, err := s.Exists(ctx, []byte(key))
	require.NoError(t, err)
	require.False(t, exists, "key %q", key)
	require.Equal(t, []string{missing}, batchGet(t, s, key))
	err = s.View(ctx, []byte(key), func([]byte) error {
		t.Errorf("View called f for %q, which is not there", key)
		return nil
	})
	require.ErrorIs(t, err, kv.ErrNotFound)
}

// missing stands for a null in what batchGet returns.
const missing = "\x00missing"

func batchGet(t testing.TB, s kv.Store, keys ...string) []string {
	t.Helper()
	batch, dst := keymill.NewBatch(keys...), keymill.Batch{}
	require.NoError(t, s.BatchGet(ctx, &batch, &dst))
	require.NoError(t, dst.Validate())
	return valuesOf(&dst)
}

func valuesOf(b *keymill.Batch) []string {
	values := make([]string, b.Len())
	for i := range values {
		values[i] = missing
		if !b.IsNull(i) {
			values[i] = string(b.Key(i))
		}
	}
	return values
}

func batchSet(t testing.TB, s kv.Store, keys, values []string) kv.SetResult {
	t.Helper()
	k, v := keymill.NewBatch(keys...), keymill.NewBatch(values...)
	result, err := s.BatchSet(ctx, &k, &v, kv.SetOptions{})
	require.NoError(t, err)
	return result
}

func batchDelete(t testing.TB, s kv.Store, keys ...string) int {
	t.Helper()
	k := keymill.NewBatch(keys...)
	n, err := s.BatchDelete(ctx, &k)
	require.NoError(t, err)
	return n
}

// contents returns all that Scan sees, and requires that no key comes twice.
func contents(t testing.TB, s kv.Store, prefix string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, s.Scan(ctx, []byte(prefix), func(key, value []byte) error {
		_, again := all[string(key)]
		require.False(t, again, "Scan came twice to %q", key)
		all[string(key)] = string(value)
		return nil
	}))
	return all
}
