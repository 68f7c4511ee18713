package kvtest_test

import (
	"context"
	"slices"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

// These misread a batch that is well-formed, and leave one that is not to the
// good store.

// fromZero reads a slice of a batch as if it were the beginning of one.
func fromZero(b *keymill.Batch) *keymill.Batch {
	misread := *b
	if b.Width == 0 && b.Len() > 0 && b.Validate() == nil {
		misread.Offsets = slices.Clone(b.Offsets)
		for i := range misread.Offsets {
			misread.Offsets[i] -= b.Offsets[0]
		}
	}
	return &misread
}

// firstWord looks for nulls in the first word of Valid only.
func firstWord(b *keymill.Batch) *keymill.Batch {
	misread := *b
	misread.Valid = slices.Clone(b.Valid)
	for i := 1; i < len(b.Valid); i++ {
		misread.Valid[i] = ^uint64(0)
	}
	return &misread
}

// firstBit looks for the null of row 0 in the first bit, where it need not be.
func firstBit(b *keymill.Batch) *keymill.Batch {
	misread := *b
	if b.Validate() == nil {
		misread.ValidOffset = 0
	}
	return &misread
}

// oneLate reads fixed-width rows one row late, and the first as the last.
func oneLate(b *keymill.Batch) *keymill.Batch {
	misread := *b
	if b.Width > 0 && b.Len() > 1 && b.Validate() == nil {
		misread.Data = slices.Concat(b.Data[b.Width:], b.Data[:b.Width])
	}
	return &misread
}

// asRagged counts the rows by the offsets, which a fixed-width batch has not.
func asRagged(b *keymill.Batch) *keymill.Batch {
	if b.Width > 0 && b.Validate() == nil {
		return &keymill.Batch{}
	}
	return b
}

// wholeRows ignores the bytes behind the last whole row.
func wholeRows(b *keymill.Batch) *keymill.Batch {
	misread := *b
	if b.Width > 0 {
		misread.Data = b.Data[:len(b.Data)-len(b.Data)%b.Width]
	}
	return &misread
}

type misread = func(b *keymill.Batch) *keymill.Batch

func getMisreads(keysAs misread) func() *mutant {
	return func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			return good.BatchGet(ctx, keysAs(keys), dst)
		}}
	}
}

func setMisreads(keysAs, valuesAs misread) func() *mutant {
	return func() *mutant {
		return &mutant{batchSet: func(good kv.Store, ctx context.Context, keys, values *keymill.Batch) (kv.SetResult, error) {
			return good.BatchSet(ctx, keysAs(keys), valuesAs(values), plain)
		}}
	}
}

func deleteMisreads(keysAs misread) func() *mutant {
	return func() *mutant {
		return &mutant{batchDelete: func(good kv.Store, ctx context.Context, keys *keymill.Batch) (int, error) {
			return good.BatchDelete(ctx, keysAs(keys))
		}}
	}
}

func asIs(b *keymill.Batch) *keymill.Batch { return b }

var layoutMutants = []planted{
	{"BatchGet reads fixed-width keys one row late", "batches of fixed-width rows", getMisreads(oneLate)},
	{"BatchGet counts fixed-width keys by their offsets", "batches of fixed-width rows", getMisreads(asRagged)},
	{"BatchSet reads fixed-width keys one row late", "batches of fixed-width rows", setMisreads(oneLate, asIs)},
	{"BatchSet reads fixed-width values one row late", "batches of fixed-width rows", setMisreads(asIs, oneLate)},
	{"BatchDelete counts fixed-width keys by their offsets", "batches of fixed-width rows", deleteMisreads(asRagged)},
	{"BatchGet takes a broken width", "batches of broken widths", getMisreads(wholeRows)},
	{"BatchSet takes keys of a broken width", "batches of broken widths", setMisreads(wholeRows, asIs)},
	{"BatchSet takes values of a broken width", "batches of broken widths", setMisreads(asIs, wholeRows)},
	{"BatchDelete takes a broken width", "batches of broken widths", deleteMisreads(wholeRows)},
	{"BatchGet reads a slice from the first byte", "slices of batches", getMisreads(fromZero)},
	{"BatchSet reads a slice of keys from the first byte", "slices of batches", setMisreads(fromZero, asIs)},
	{"BatchSet reads a slice of values from the first byte", "slices of batches", setMisreads(asIs, fromZero)},
	{"BatchDelete reads a slice from the first byte", "slices of batches", deleteMisreads(fromZero)},
	{"BatchGet sees nulls in the first word only", "nulls beyond the first word", getMisreads(firstWord)},
	{"BatchSet sees null keys in the first word only", "nulls beyond the first word", setMisreads(firstWord, asIs)},
	{"BatchSet sees null values in the first word only", "nulls beyond the first word", setMisreads(asIs, firstWord)},
	{"BatchDelete sees nulls in the first word only", "nulls beyond the first word", deleteMisreads(firstWord)},
	{"BatchGet forgets where the marks of a slice begin", "nulls beyond the first word", getMisreads(firstBit)},
	{"BatchSet forgets where the marks of a slice begin", "nulls beyond the first word", setMisreads(firstBit, asIs)},
	{"BatchDelete forgets where the marks of a slice begin", "nulls beyond the first word", deleteMisreads(firstBit)},
	{"a null key gets what an earlier call found", "a result that is used again", func() *mutant {
		var found []string // is not cleared
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			var got keymill.Batch
			if err := good.BatchGet(ctx, keys, &got); err != nil {
				return err
			}
			rows := make([]string, max(got.Len(), len(found)))
			copy(rows, found)
			for i := range got.Len() {
				if keys.IsNull(i) && rows[i] != "" {
					continue
				}
				rows[i] = string(got.Key(i))
			}
			found = rows
			return fill(dst, got.Len(), func(i int) (string, bool) {
				return rows[i], !got.IsNull(i) || keys.IsNull(i) && rows[i] != ""
			})
		}}
	}},
	{"a missing key leaves what the result held", "a result that is used again", func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			var got keymill.Batch
			old := keymill.Batch{Data: slices.Clone(dst.Data), Offsets: slices.Clone(dst.Offsets), Valid: slices.Clone(dst.Valid)}
			if err := good.BatchGet(ctx, keys, &got); err != nil {
				return err
			}
			return fill(dst, got.Len(), func(i int) (string, bool) {
				if got.IsNull(i) && i < old.Len() && !old.IsNull(i) {
					return string(old.Key(i)), true
				}
				return string(got.Key(i)), !got.IsNull(i)
			})
		}}
	}},
	{"the nulls of an earlier result stay", "a result that is used again", func() *mutant {
		return &mutant{batchGet: func(good kv.Store, ctx context.Context, keys, dst *keymill.Batch) error {
			old := keymill.Batch{Offsets: slices.Clone(dst.Offsets), Valid: slices.Clone(dst.Valid)}
			var got keymill.Batch
			if err := good.BatchGet(ctx, keys, &got); err != nil {
				return err
			}
			return fill(dst, got.Len(), func(i int) (string, bool) {
				return string(got.Key(i)), !got.IsNull(i) && (i >= old.Len() || !old.IsNull(i))
			})
		}}
	}},
}

// fill makes dst a batch of n rows.
func fill(dst *keymill.Batch, n int, row func(i int) (value string, there bool)) error {
	dst.Width = 0
	dst.Reset()
	for i := range n {
		value, there := row(i)
		err := dst.AppendNull
		if there {
			err = func() error { return dst.Append([]byte(value)) }
		}
		if err := err(); err != nil {
			return err
		}
	}
	return nil
}
