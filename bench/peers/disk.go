package main

import (
	"bytes"
	"errors"
	"os"

	"github.com/cockroachdb/pebble/v2"
	"github.com/dgraph-io/badger/v4"
	"github.com/syndtr/goleveldb/leveldb"
	"go.etcd.io/bbolt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/bench"
)

// diskStores are those on disk. None waits for the disk at each call, as their
// users have them in bulk loads; a batch is a batch or transaction of theirs.
// None has a call that gets many keys: a batch of gets is a loop, with bbolt and
// badger in one transaction.
var diskStores = []bench.StoreSide{
	{Name: "pebble", Batches: true, Open: onDisk(openPebble)},
	{Name: "bbolt", Batches: true, Open: onDisk(openBolt)},
	{Name: "badger", Batches: true, Open: onDisk(openBadger)},
	{Name: "goleveldb", Batches: true, Open: onDisk(openLevel)},
}

// onDisk opens a store in a folder of its own, which goes when it is closed.
func onDisk(open func(folder string) (bench.BatchSubject, error)) func(int) (bench.Subject, error) {
	return func(int) (bench.Subject, error) {
		folder, err := os.MkdirTemp("", "keymill-disk-*")
		if err != nil {
			return nil, err
		}
		s, err := open(folder)
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(folder))
		}
		return inFolder{s, folder}, nil
	}
}

type inFolder struct {
	bench.BatchSubject
	folder string
}

func (f inFolder) Close() error { return errors.Join(f.BatchSubject.Close(), os.RemoveAll(f.folder)) }

// eachRow calls set for the rows of a batch.
func eachRow(keys, values *keymill.Batch, set func(key, value []byte) error) error {
	for i := range keys.Len() {
		if err := set(keys.Key(i), values.Key(i)); err != nil {
			return err
		}
	}
	return nil
}

// eachKey appends a value or a null for each key.
func eachKey(keys, dst *keymill.Batch, get func(key []byte) ([]byte, bool)) error {
	dst.Reset()
	for i := range keys.Len() {
		value, found := get(keys.Key(i))
		err := dst.AppendNull
		if found {
			err = func() error { return dst.Append(value) }
		}
		if err := err(); err != nil {
			return err
		}
	}
	return nil
}

type pebbleStore struct{ db *pebble.DB }

func openPebble(folder string) (bench.BatchSubject, error) {
	db, err := pebble.Open(folder, &pebble.Options{Logger: quiet{}})
	return pebbleStore{db}, err
}

// quiet drops what a store would write to stderr.
type quiet struct{}

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(string, ...any) {}

func (p pebbleStore) Set(key, value []byte) error { return p.db.Set(key, value, pebble.NoSync) }

func (p pebbleStore) Get(key []byte) ([]byte, bool) {
	value, closer, err := p.db.Get(key)
	if err != nil {
		return nil, false
	}
	defer func() { _ = closer.Close() }()
	return bytes.Clone(value), true
}

func (p pebbleStore) SetBatch(keys, values *keymill.Batch) error {
	b := p.db.NewBatch()
	err := eachRow(keys, values, func(key, value []byte) error { return b.Set(key, value, nil) })
	if err == nil {
		err = b.Commit(pebble.NoSync)
	}
	return errors.Join(err, b.Close())
}

func (p pebbleStore) GetBatch(keys, dst *keymill.Batch) error { return eachKey(keys, dst, p.Get) }
func (p pebbleStore) Close() error                            { return p.db.Close() }

type boltStore struct{ db *bbolt.DB }

var bucket = []byte("b")

func openBolt(folder string) (bench.BatchSubject, error) {
	db, err := bbolt.Open(folder+"/bolt", 0o600, &bbolt.Options{NoSync: true, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return nil, err
	}
	return boltStore{db}, db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(bucket)
		return err
	})
}

func (b boltStore) Set(key, value []byte) error {
	return b.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucket).Put(key, value) })
}

func (b boltStore) Get(key []byte) (value []byte, found bool) {
	err := b.db.View(func(tx *bbolt.Tx) error {
		v := tx.Bucket(bucket).Get(key)
		value, found = bytes.Clone(v), v != nil
		return nil
	})
	return value, found && err == nil
}

func (b boltStore) SetBatch(keys, values *keymill.Batch) error {
	return b.db.Update(func(tx *bbolt.Tx) error { return eachRow(keys, values, tx.Bucket(bucket).Put) })
}

func (b boltStore) GetBatch(keys, dst *keymill.Batch) error {
	return b.db.View(func(tx *bbolt.Tx) error {
		rows := tx.Bucket(bucket)
		return eachKey(keys, dst, func(key []byte) ([]byte, bool) {
			v := rows.Get(key)
			return v, v != nil
		})
	})
}

func (b boltStore) Close() error { return b.db.Close() }

type badgerStore struct{ db *badger.DB }

func openBadger(folder string) (bench.BatchSubject, error) {
	db, err := badger.Open(badger.DefaultOptions(folder).WithLoggingLevel(badger.ERROR).WithDetectConflicts(false))
	return badgerStore{db}, err
}

func (b badgerStore) Set(key, value []byte) error {
	return b.db.Update(func(tx *badger.Txn) error { return tx.Set(bytes.Clone(key), bytes.Clone(value)) })
}

// get gets a key in a transaction.
func (b badgerStore) get(tx *badger.Txn, key []byte) ([]byte, bool) {
	item, err := tx.Get(key)
	if err != nil {
		return nil, false
	}
	value, err := item.ValueCopy(nil)
	return value, err == nil
}

func (b badgerStore) Get(key []byte) ([]byte, bool) {
	tx := b.db.NewTransaction(false)
	defer tx.Discard()
	return b.get(tx, key)
}

func (b badgerStore) SetBatch(keys, values *keymill.Batch) error {
	batch := b.db.NewWriteBatch()
	defer batch.Cancel()
	err := eachRow(keys, values, func(key, value []byte) error { return batch.Set(bytes.Clone(key), bytes.Clone(value)) })
	if err != nil {
		return err
	}
	return batch.Flush()
}

func (b badgerStore) GetBatch(keys, dst *keymill.Batch) error {
	tx := b.db.NewTransaction(false)
	defer tx.Discard()
	return eachKey(keys, dst, func(key []byte) ([]byte, bool) { return b.get(tx, key) })
}

func (b badgerStore) Close() error { return b.db.Close() }

type levelStore struct{ db *leveldb.DB }

func openLevel(folder string) (bench.BatchSubject, error) {
	db, err := leveldb.OpenFile(folder, nil)
	return levelStore{db}, err
}

func (l levelStore) Set(key, value []byte) error { return l.db.Put(key, value, nil) }

func (l levelStore) Get(key []byte) ([]byte, bool) {
	value, err := l.db.Get(key, nil)
	return value, err == nil
}

func (l levelStore) SetBatch(keys, values *keymill.Batch) error {
	var b leveldb.Batch
	err := eachRow(keys, values, func(key, value []byte) error {
		b.Put(key, value)
		return nil
	})
	if err != nil {
		return err
	}
	return l.db.Write(&b, nil)
}

func (l levelStore) GetBatch(keys, dst *keymill.Batch) error { return eachKey(keys, dst, l.Get) }
func (l levelStore) Close() error                            { return l.db.Close() }
