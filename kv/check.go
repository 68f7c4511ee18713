package kv

import (
	"fmt"

	"github.com/keymill/keymill"
)

// CheckKeys says whether the keys can be deleted: the batch is valid and has no
// null.
func CheckKeys(keys *keymill.Batch) error {
	if err := keys.Validate(); err != nil {
		return fmt.Errorf("kv: keys: %w", err)
	}
	return refuseNull(keys, "the key is null")
}

// CheckSize says whether a key and a value are as short as a store takes them.
func CheckSize(key, value []byte) error {
	if uint64(len(key)) > keymill.MaxData || uint64(len(value)) > keymill.MaxData {
		return &RowError{0, fmt.Sprintf("a key of %d bytes and a value of %d: each has at most %d",
			len(key), len(value), uint32(keymill.MaxData))}
	}
	return nil
}

// CheckRows says whether the rows can be set: the batches are valid, of the
// same length, and have no null.
func CheckRows(keys, values *keymill.Batch) error {
	if err := CheckKeys(keys); err != nil {
		return err
	}
	if err := values.Validate(); err != nil {
		return fmt.Errorf("kv: values: %w", err)
	}
	if keys.Len() != values.Len() {
		return &RowError{min(keys.Len(), values.Len()), fmt.Sprintf("there are %d keys and %d values", keys.Len(), values.Len())}
	}
	return refuseNull(values, "the value is null")
}

func refuseNull(b *keymill.Batch, reason string) error {
	if len(b.Valid) == 0 {
		return nil
	}
	for i := range b.Len() {
		if b.IsNull(i) {
			return &RowError{i, reason}
		}
	}
	return nil
}

// CheckGroups says whether the groups have the form of a placement of n rows
// over that many shards, so that no row lies outside and every row of a shard
// can be reached.
func CheckGroups(groups *keymill.Groups, n int, shards, from, to uint32) error {
	if from > to || to > shards {
		return &RowError{0, fmt.Sprintf("shards %d to %d of %d", from, to, shards)}
	}
	if len(groups.Order) != n || len(groups.Starts) != int(shards)+1 {
		return &RowError{0, fmt.Sprintf("groups of %d rows over %d shards, for %d rows over %d: place the keys under Params",
			len(groups.Order), len(groups.Starts)-1, n, shards)}
	}
	if first, end := groups.Starts[0], groups.Starts[shards]; first != 0 || uint64(end) != uint64(n) {
		return &RowError{0, fmt.Sprintf("the groups hold the rows %d to %d of %d: a shard is missing, or a row has none", first, end, n)}
	}
	last := uint32(0)
	for _, start := range groups.Starts {
		if start < last || uint64(start) > uint64(n) {
			return &RowError{int(last), "the groups overlap"}
		}
		last = start
	}
	for _, row := range groups.Order[groups.Starts[from]:groups.Starts[to]] {
		if uint64(row) >= uint64(n) {
			return &RowError{int(row), fmt.Sprintf("a group names a row beyond the %d of the batch", n)}
		}
	}
	return nil
}
