package main

import (
	"context"
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/ref"
	"github.com/keymill/keymill/place"
)

// keys is the number of keys of a batch.
const keys = 1 << 15

// path is work whose instructions are counted.
type path struct {
	name string
	keys int
	work func(times int) error
}

var paths = []path{
	placing("hash xxh3 fixed16", "fixed16", keymill.OutHashes, keymill.Params{Hash: hash.XXH3}),
	placing("hash xxh3 uniform1-32", "uniform1-32", keymill.OutHashes, keymill.Params{Hash: hash.XXH3}),
	placing("hash xxh3 url", "url", keymill.OutHashes, keymill.Params{Hash: hash.XXH3}),
	placing("hash fx64 user", "user", keymill.OutHashes, keymill.Params{Hash: hash.FX64}),
	placing("hash murmur3-32 user", "user", keymill.OutHashes, keymill.Params{Hash: hash.Murmur3x32}),
	placing("hash crc32c user", "user", keymill.OutHashes, keymill.Params{Hash: hash.CRC32C}),
	placing("place kafka fixed16", "fixed16", keymill.OutParts, keymill.Params{Scheme: place.Kafka(12)}),
	placing("place kafka user", "user", keymill.OutParts|keymill.OutCounts, keymill.Params{Scheme: place.Kafka(12)}),
	placing("place redis ascii16", "ascii16", keymill.OutParts, keymill.Params{Scheme: place.Redis()}),
	placing("place redis user", "user", keymill.OutParts, keymill.Params{Scheme: place.Redis()}),
	placing("place jump uuid", "uuid", keymill.OutParts, keymill.Params{Scheme: place.Jump(12)}),
	vectors("simd/avx2 xxh3 fixed16", "fixed16", keymill.OutHashes, keymill.Params{Hash: hash.XXH3}),
	vectors("simd/avx2 xxh3 uniform1-32", "uniform1-32", keymill.OutHashes, keymill.Params{Hash: hash.XXH3}),
	vectors("simd/avx2 murmur2 uniform1-32", "uniform1-32", keymill.OutHashes, keymill.Params{Hash: hash.Murmur2}),
	vectors("simd/avx2 place kafka user", "user", keymill.OutParts, keymill.Params{Scheme: place.Kafka(12)}),
	vectors("simd/avx2 place redis user", "user", keymill.OutParts, keymill.Params{Scheme: place.Redis()}),
	vectors("simd/avx2 place jump uuid", "uuid", keymill.OutParts, keymill.Params{Scheme: place.Jump(12)}),
	{"group kafka user", keys, group},
	{"dispatch 1 key", 1000, dispatch},
	{"store set user", keys, storeSet},
	{"store get user", keys, storeGet},
}

func workload(family string) (*keymill.Batch, error) {
	w, err := bench.NewWorkload(family, bench.WorkloadConfig{Keys: keys, Batches: 1, Seed: 1})
	if err != nil {
		return nil, err
	}
	return &w.Batches[0], nil
}

// placing places a batch on the backend cpu.
func placing(name, family string, want keymill.Output, params keymill.Params) path {
	return placingOn("cpu", name, family, want, params)
}

// vectors places a batch on the backend simd/avx2. (Valgrind knows no AVX-512.)
func vectors(name, family string, want keymill.Output, params keymill.Params) path {
	return placingOn("simd/avx2", name, family, want, params)
}

func placingOn(backendName, name, family string, want keymill.Output, params keymill.Params) path {
	return path{name, keys, func(times int) error {
		b, err := workload(family)
		if err != nil {
			return err
		}
		var out keymill.Placement
		out.Resize(want, keys, params.Scheme.Parts)
		candidates, err := backend.Choose(backendName, 1)
		if err != nil {
			return err
		}
		for range times {
			if err := candidates[0].Place(&out, b, params); err != nil {
				return err
			}
		}
		return nil
	}}
}

// group sorts the keys of a batch by partition.
func group(times int) error {
	b, err := workload("user")
	if err != nil {
		return err
	}
	var out keymill.Placement
	out.Resize(keymill.OutParts|keymill.OutCounts, keys, 12)
	if err := cpu.New().Place(&out, b, keymill.Params{Scheme: place.Kafka(12)}); err != nil {
		return err
	}
	var groups keymill.Groups
	for range times {
		if err := out.Group(&groups, 12); err != nil {
			return err
		}
	}
	return nil
}

// dispatch places batches of one key: what the dispatcher itself takes.
func dispatch(times int) error {
	d, err := keymill.NewDispatcher(keymill.Config{Candidates: []keymill.Candidate{{Backend: cpu.New(), Profile: cpu.Profile()}}})
	if err != nil {
		return err
	}
	b := keymill.NewBatch("user:1001")
	out := keymill.Placement{Hashes: make([]uint64, 1)}
	for range times * 1000 {
		if err := d.Place(&out, &b, keymill.Params{Hash: hash.XXH3}); err != nil {
			return err
		}
	}
	return nil
}

func storeSet(times int) error {
	b, err := workload("user")
	if err != nil {
		return err
	}
	store := ref.New(ref.Options{})
	for range times + 1 { // the first sets new keys, the others replace their values
		if _, err := store.BatchSet(context.Background(), b, b, kv.SetOptions{}); err != nil {
			return err
		}
	}
	return nil
}

func storeGet(times int) error {
	b, err := workload("user")
	if err != nil {
		return err
	}
	store := ref.New(ref.Options{})
	if _, err := store.BatchSet(context.Background(), b, b, kv.SetOptions{}); err != nil {
		return err
	}
	var got keymill.Batch
	for range times {
		if err := store.BatchGet(context.Background(), b, &got); err != nil {
			return err
		}
	}
	if got.IsNull(keys - 1) {
		return fmt.Errorf("key %d is not there", keys-1)
	}
	return nil
}
