package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/ref"
)

// StoreSide is a store of ours or of others, to be compared.
type StoreSide struct {
	Name string // "xsync"
	// Open returns an empty store, told that it will get that many keys.
	Open func(hint int) (Subject, error)
	// Batches says that it has calls for batches: a [BatchSubject].
	Batches bool
	// Command, if not nil, is the command line of a worker in another language,
	// which has the store; Open is then nil.
	Command []string
}

// Subject is the little that is asked of a store: it is safe for concurrent use.
type Subject interface {
	// Set makes a copy of value the value of a copy of key.
	Set(key, value []byte) error
	// Get returns the value of the key, which may be the store's memory.
	Get(key []byte) (value []byte, found bool)
	Close() error
}

// BatchSubject is a Subject that takes whole batches.
type BatchSubject interface {
	Subject
	SetBatch(keys, values *keymill.Batch) error
	// GetBatch fills dst with a value or a null for each key.
	GetBatch(keys, dst *keymill.Batch) error
}

// Stores are ours.
var Stores = []StoreSide{
	{Name: "kv/ref", Batches: true, Open: func(int) (Subject, error) { return stored{ref.New(ref.Options{})}, nil }},
}

// builtinMap is the peer that is always there: the map of the language, and a
// lock.
var builtinMap = StoreSide{Name: "map and RWMutex", Open: func(hint int) (Subject, error) {
	return &lockedMap{m: make(map[string][]byte, hint)}, nil
}}

type lockedMap struct {
	lock sync.RWMutex
	m    map[string][]byte
}

func (l *lockedMap) Set(key, value []byte) error {
	value = bytes.Clone(value)
	l.lock.Lock()
	defer l.lock.Unlock()
	l.m[string(key)] = value
	return nil
}

func (l *lockedMap) Get(key []byte) (value []byte, found bool) {
	l.lock.RLock()
	defer l.lock.RUnlock()
	value, found = l.m[string(key)]
	return value, found
}

func (l *lockedMap) Close() error { return nil }

// stored is a store of ours.
type stored struct{ store kv.Store }

func (s stored) Set(key, value []byte) error {
	return s.store.Set(context.Background(), key, value, kv.SetOptions{})
}

// Get lends the value, as most stores of Go do.
func (s stored) Get(key []byte) (value []byte, found bool) {
	err := s.store.View(context.Background(), key, func(v []byte) error {
		value = v
		return nil
	})
	return value, err == nil
}

func (s stored) SetBatch(keys, values *keymill.Batch) error {
	_, err := s.store.BatchSet(context.Background(), keys, values, kv.SetOptions{})
	return err
}

func (s stored) GetBatch(keys, dst *keymill.Batch) error {
	return s.store.BatchGet(context.Background(), keys, dst)
}

func (s stored) Close() error { return s.store.Close() }

// batchRows is how many rows a call of a batch has.
const batchRows = 1024

// operation is what a store is asked to do; a row of the table is one of them.
type operation string

const (
	opLoad   operation = "load"   // set all rows in an empty store
	opHit    operation = "hit"    // get keys that are there
	opMiss   operation = "miss"   // get keys that are not
	opUpdate operation = "update" // set keys that are there
	opMixed  operation = "mixed"  // of 20 keys get 19 and set one
)

// performer runs operations on one store.
type performer struct {
	side  StoreSide
	rows  *rowsFile
	load  *rowsFile // the rows in the order of loading, for batches
	store Subject
}

// newPerformer returns a performer whose first operation is to load the rows.
func newPerformer(side StoreSide, rows *rowsFile) (*performer, error) {
	p := &performer{side: side, rows: rows, load: &rowsFile{}}
	for _, row := range rows.order {
		if err := errors.Join(p.load.keys.Append(rows.keys.Key(int(row))), p.load.values.Append(rows.values.Key(int(row)))); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// perform runs an operation on the rows from lo to hi-1, on so many goroutines,
// a call per key or in batches. It returns how long that took, and a digest of
// what was read or is there afterwards.
func (p *performer) perform(op operation, batches bool, lo, hi, goroutines int) (time.Duration, uint64, error) {
	if _, can := p.store.(BatchSubject); batches && !can {
		return 0, 0, fmt.Errorf("%s takes no batches", p.side.Name)
	}
	if op == opLoad {
		if err := p.reopen(); err != nil {
			return 0, 0, err
		}
	}
	if p.store == nil {
		return 0, 0, fmt.Errorf("%s is not open", p.side.Name)
	}
	batched, _ := p.store.(BatchSubject)
	digests, errs := make([]uint64, goroutines), make([]error, goroutines)
	var wait sync.WaitGroup
	start := time.Now()
	for g := range goroutines {
		from, to := lo+(hi-lo)*g/goroutines, lo+(hi-lo)*(g+1)/goroutines
		work := func() {
			if batches {
				digests[g], errs[g] = p.batches(batched, op, from, to)
			} else {
				digests[g], errs[g] = p.calls(op, from, to)
			}
		}
		if goroutines == 1 {
			work()
		} else {
			wait.Go(work)
		}
	}
	wait.Wait()
	took := time.Since(start)
	sum := uint64(0)
	for _, d := range digests {
		sum += d
	}
	if op == opLoad || op == opUpdate { // whether it is there is not part of the time
		read, err := p.calls(opHit, lo, hi)
		sum, errs = read, append(errs, err)
	}
	return took, sum, joined(errs...)
}

// reopen replaces the store by an empty one.
func (p *performer) reopen() (err error) {
	if p.store != nil {
		err = p.store.Close()
	}
	if err == nil {
		p.store, err = p.side.Open(p.rows.len())
	}
	if err != nil {
		p.store = nil
	}
	return err
}

// calls runs an operation with a call per key.
func (p *performer) calls(op operation, lo, hi int) (digest uint64, err error) {
	rows := p.rows
	switch op {
	case opLoad:
		rows = p.load
		fallthrough
	case opUpdate:
		for i := lo; i < hi && err == nil; i++ {
			err = p.store.Set(rows.keys.Key(i), rows.values.Key(i))
		}
	case opHit:
		for i := lo; i < hi; i++ {
			value, found := p.store.Get(rows.keys.Key(i))
			digest += seen(value, found)
		}
	case opMiss:
		for i := lo; i < hi; i++ {
			value, found := p.store.Get(rows.missing.Key(i))
			digest += seen(value, found)
		}
	case opMixed:
		for i := lo; i < hi && err == nil; i++ {
			if i%20 == 0 {
				err = p.store.Set(rows.keys.Key(i), rows.values.Key(i))
				continue
			}
			value, found := p.store.Get(rows.keys.Key(i))
			digest += seen(value, found)
		}
	default:
		err = fmt.Errorf("operation %q is unknown", op)
	}
	return digest, err
}

// batches runs an operation in batches.
func (p *performer) batches(store BatchSubject, op operation, lo, hi int) (digest uint64, err error) {
	var got keymill.Batch
	for i := lo; i < hi && err == nil; i += batchRows {
		end := min(hi, i+batchRows)
		rows, keys := p.rows, p.rows.keys
		switch op {
		case opLoad:
			rows = p.load
			fallthrough
		case opUpdate:
			k, v := rows.keys.Slice(i, end), rows.values.Slice(i, end)
			err = store.SetBatch(&k, &v)
			continue
		case opMiss:
			keys = rows.missing
		case opHit:
		default:
			return 0, fmt.Errorf("operation %q has no form in batches", op)
		}
		k := keys.Slice(i, end)
		err = store.GetBatch(&k, &got)
		for j := range got.Len() {
			digest += seen(got.Key(j), !got.IsNull(j))
		}
	}
	return digest, err
}

// seen is the part of a value in a digest: reading its length and its ends is
// the least that a user of it would do.
func seen(value []byte, found bool) uint64 {
	if !found || len(value) == 0 {
		return 1
	}
	return (uint64(len(value))<<16 | uint64(value[0])<<8 | uint64(value[len(value)-1])) * 0x9e3779b97f4a7c15
}
