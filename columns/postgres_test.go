package columns_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/place"
)

// checkPostgres holds a row to the partitions that it went to, and a column to its
// hashes under both seeds; under seed 0 the low half is what Citus takes.
func checkPostgres(t *testing.T, v vectors.Vector, cols []columns.Column) {
	partitions(t, v, "p", func(parts, want uint32) {
		p, _ := placed(t, place.Postgres(parts), cols...)
		require.Equal(t, want, p.Parts[0], "%s: %v, %d partitions", v.ID, v.Out, parts)
	})
	if want, ok := v.Uint("hashext_partseed"); ok {
		p, _ := placed(t, place.Postgres(7), cols...)
		require.Equal(t, want, p.Hashes[0], "%s: %v", v.ID, v.Out)
	}
	if want, ok := v.Uint("hashext_0"); ok {
		p, _ := placed(t, place.Scheme{Keys: place.KeysPostgres, Hash: hash.Lookup3}, cols...)
		require.Equal(t, want, p.Hashes[0], "%s: %v", v.ID, v.Out)
		citus, _ := placed(t, place.Citus(32), cols...)
		require.Equal(t, uint32(want), uint32(citus.Hashes[0]), "%s: %v", v.ID, v.Out)
		require.Equal(t, uint32(want)>>27^1<<4, citus.Parts[0], "32 equal ranges of a signed hash")
	}
	if want, ok := v.Uint("hash"); ok {
		p, _ := placed(t, place.Citus(32), cols...)
		require.Equal(t, uint32(want), uint32(p.Hashes[0]), "%s: %v", v.ID, v.Out)
	}
}

// Every other type, and rows of seven columns with nulls, of a real server. The
// values are parsed from the text that the server got.
func TestPostgresColumns(t *testing.T) {
	seen := map[string]int{}
	for _, v := range load(t, "postgres_hash_columns") {
		types := strings.Split(v.Out["type"].(string), ";")
		values, isRow := v.Out["values"].([]any)
		if !isRow {
			values = []any{v.Out["value"]}
		}
		require.Len(t, values, len(types))
		var cols []columns.Column
		for i, typ := range types {
			cols = append(cols, parsed(t, typ, values[i]))
		}
		checkPostgres(t, v, cols)
		seen[v.Out["type"].(string)]++
	}
	require.Len(t, seen, 18)
}

// A row is what PostgreSQL makes of its columns, not of their order.
func TestPostgresRowsAllNull(t *testing.T) {
	p, _ := placed(t, place.Postgres(7), parsed(t, "int32", nil), parsed(t, "text", nil))
	require.Zero(t, p.Hashes[0])
	require.Zero(t, p.Parts[0])
	p, _ = placed(t, place.Postgres(7), parsed(t, "float64", nil))
	require.Zero(t, p.Parts[0])
	wide, _ := placed(t, place.Postgres(7), floats(t, "float32", 0.1))
	rounded, _ := placed(t, place.Postgres(7), parsed(t, "float32", "0.1"))
	require.Equal(t, rounded, wide, "a float32 is rounded to one")
	one, _ := placed(t, place.Postgres(7), parsed(t, "int32", "42"))
	with, _ := placed(t, place.Postgres(7), parsed(t, "text", nil), parsed(t, "int32", "42"))
	require.Equal(t, one.Parts, with.Parts, "a null is skipped")
}
