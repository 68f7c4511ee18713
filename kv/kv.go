// Package kv is the contract of keymill's stores: a concurrent map from bytes
// to bytes whose batch calls take and give packed batches.
//
// [Store] is what every store does. What only some can do comes as further
// interfaces ([PlacedSetter] is the first), which a caller asks for by a type
// assertion. The package kv/kvtest holds the suite that says whether a store
// keeps the contract; kv/ref is the plain store that faster ones are compared
// with.
//
// # Ownership
//
// A store copies what it is given and gives out copies: a caller may reuse every
// slice that it passed in as soon as the call returns, and owns every slice
// that it got. Only [Store.View] and [Store.Scan] lend the store's own memory,
// for the time of the callback, read-only.
//
// # Keys
//
// Any bytes are a key, the empty key included; a null is not. Keys are compared
// whole: two keys with equal hashes are two keys. A key or a value has at most
// 4 GiB - 1 bytes.
//
// # Batches
//
// A batch call hashes its keys once and takes the lock of each shard once. It is
// not a transaction: other goroutines may see some of its rows before others.
// But each row is atomic, and of several rows with the same key the last one
// wins.
package kv

import (
	"context"
	"errors"
	"fmt"

	"github.com/keymill/keymill"
)

// Store is a concurrent map from keys to values. All methods are safe for
// concurrent use.
//
// Every method fails with [ErrClosed] after Close, and with the context's error,
// having changed nothing, if the context has ended before it began.
type Store interface {
	// Get appends the value of the key to dst, which may be nil, and returns
	// the extended slice. If the key is not there it returns dst and
	// [ErrNotFound].
	Get(ctx context.Context, key, dst []byte) ([]byte, error)

	// View calls f with the value of the key, without copying it. The value is
	// the store's memory: f must not change it, nor keep it. If the key is not
	// there, f is not called, and the error is [ErrNotFound]; else it is what f
	// returns. f must not call the store, unless the store says that it may.
	View(ctx context.Context, key []byte, f func(value []byte) error) error

	// Exists reports whether the key is there.
	Exists(ctx context.Context, key []byte) (bool, error)

	// Set makes value the value of the key. One of them that is too long is
	// refused with a [*RowError].
	Set(ctx context.Context, key, value []byte, opts SetOptions) error

	// Delete removes the key, and reports whether it was there.
	Delete(ctx context.Context, key []byte) (bool, error)

	// BatchGet resets dst and appends one value for each key, in the order of
	// keys; a key that is not there, or is null, gives a null. dst is another
	// batch than keys; after an error it holds anything.
	BatchGet(ctx context.Context, keys, dst *keymill.Batch) error

	// BatchSet makes value i of values the value of key i of keys, in that
	// order: of equal keys the last wins. A null key or value is refused with a
	// [*RowError], and then no row is applied. The result counts the rows that
	// were applied; after any other error it may be some of them.
	BatchSet(ctx context.Context, keys, values *keymill.Batch, opts SetOptions) (SetResult, error)

	// BatchDelete removes the keys, and returns how many there were. A null key
	// is refused with a [*RowError], and then none is removed.
	BatchDelete(ctx context.Context, keys *keymill.Batch) (int, error)

	// Scan calls f for each key that begins with the prefix, in no promised
	// order, until f returns an error, which it then returns. Key and value are
	// the store's memory: f must not change them, nor keep them. f may call the
	// store. A key that is there from the beginning of Scan to its end is seen
	// exactly once; one that comes or goes meanwhile, at most once.
	Scan(ctx context.Context, prefix []byte, f func(key, value []byte) error) error

	// Len returns the number of keys; 0 after Close.
	Len() int

	// Close ends the store and frees its memory. Closing a closed store does
	// nothing. Callbacks that run meanwhile keep what they were lent.
	Close() error
}

// SetOptions changes what a Set does. It has no fields yet; abilities that come
// with options, such as a time to live, add theirs here, so that Set need not
// change. The zero value is a plain Set.
type SetOptions struct{}

// SetResult counts the rows of a batch that were applied. A row whose key was
// there, also through an earlier row of the batch, replaced it; any other added
// its key.
type SetResult struct {
	Added, Replaced int
}

// Rows returns how many rows were applied.
func (r SetResult) Rows() int { return r.Added + r.Replaced }

// PlacedSetter is a store that takes batches which the caller has placed: a
// pipeline can hash the next batch, on any backend, while the store applies
// this one, and several goroutines can apply one batch, each for some of the
// shards.
type PlacedSetter interface {
	Store

	// Params says how the keys are to be placed: with the store's own hash and
	// seed, one partition for each shard. It is the same for the life of the
	// store. Do not pass it on: who knows the seed can craft keys that collide.
	Params() keymill.Params

	// SetPlaced applies the rows of the shards from to to-1, as BatchSet
	// does. The groups are those of a placement of keys under Params. Rows in
	// the wrong group would never be found again: a store refuses groups whose
	// form is wrong, but trusts the hashes.
	SetPlaced(ctx context.Context, keys, values *keymill.Batch, groups *keymill.Groups,
		from, to uint32, opts SetOptions) (SetResult, error)
}

var (
	// ErrNotFound says that the key is not in the store.
	ErrNotFound = errors.New("kv: key not found")

	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("kv: store is closed")
)

// RowError says which row of a batch was refused, and why.
type RowError struct {
	Row    int
	Reason string
}

func (e *RowError) Error() string { return fmt.Sprintf("kv: row %d: %s", e.Row, e.Reason) }

// Is makes errors.Is(err, keymill.ErrInvalid) true.
func (e *RowError) Is(target error) bool { return target == keymill.ErrInvalid }
