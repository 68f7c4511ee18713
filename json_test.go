package keymill_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// A profile is an object of JSON, with an op on one word as the name of each member.
func TestProfileIsJSON(t *testing.T) {
	p := cpu.Profile()
	op := keymill.Op{Hash: hash.Murmur3x128, Class: keymill.WidthOther, Reduce: place.ReduceJump}
	p[op] = keymill.Cost{Fixed: 0.1, PerKey: math.Pi, PerByte: 1e-300, Beyond: []keymill.Piece{{From: 1 << 30, Fixed: -1. / 3, PerKey: 2}}}
	text, err := json.Marshal(p)
	require.NoError(t, err)
	require.Contains(t, string(text), `"murmur3-x64-128/fixed/jump":{"fixed":0.1,"per_key":3.141592653589793,"per_byte":1e-300,`+
		`"beyond":[{"from":1073741824,"fixed":-0.3333333333333333,"per_key":2,"per_byte":0}]}`)
	var again keymill.Profile
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, p, again, "to the last bit, and all ops")
}

func TestOpIsRefused(t *testing.T) {
	for _, text := range []string{"", "xxh3", "xxh3/16", "xxh3/16/none/x", "xxh4/16/none", "xxh3/17/none", "xxh3/16/nome", "XXH3/16/none"} {
		var op keymill.Op
		require.ErrorContains(t, op.UnmarshalText([]byte(text)), "is none: it is a hash, a width class and a reduction, such as xxh3/16/fastrange")
		require.Zero(t, op)
	}
	_, err := keymill.Op{Class: 99}.MarshalText()
	require.ErrorContains(t, err, "is none of the constants")
	var c keymill.Cost
	require.Error(t, c.UnmarshalJSON([]byte("[]")))
}

func TestCostCheck(t *testing.T) {
	piece := func(from int, fixed, perKey, perByte float64) keymill.Cost {
		return keymill.Cost{Fixed: 1, Beyond: []keymill.Piece{{From: 100, PerKey: 1}, {From: from, Fixed: fixed, PerKey: perKey, PerByte: perByte}}}
	}
	for _, c := range []keymill.Cost{{}, {Fixed: 1, PerKey: 2, PerByte: 3}, piece(101, -1, 1, 1), piece(160, -10, 1, 10./160)} {
		require.NoError(t, c.Check())
	}
	for want, c := range map[string]keymill.Cost{
		"the cost of a batch is -1: it cannot be below 0":                                 {Fixed: -1},
		"the cost -1 a key and 0 a byte falls as a batch grows":                           {PerKey: -1},
		"the cost 0 a key and -1 a byte falls as a batch grows":                           {PerByte: -1},
		"the cost 0 + NaN a key + 0 a byte is not finite":                                 {PerKey: math.NaN()},
		"the cost +Inf + 0 a key + 0 a byte is not finite":                                {Fixed: math.Inf(1)},
		"piece 1: the cost 0 + 0 a key + NaN a byte is not finite":                        piece(101, 0, 0, math.NaN()),
		"piece 1: the cost 0 a key and -2 a byte falls as a batch grows":                  piece(101, 0, 0, -2),
		"piece 1 begins at a footprint of 100, and the one before at 100: they must rise": piece(100, 0, 1, 1),
		"piece 1: a batch where it begins costs -1: it cannot be below 0":                 piece(160, -11, 1, 1),
		"piece 1: a batch where it begins costs -10: it cannot be below 0":                piece(160, -10, 1, 0),
		"piece 0 begins at a footprint of 0, and the one before at 0: they must rise":     {Beyond: []keymill.Piece{{}}},
		"piece 0: the cost 0 + 0 a key + -Inf a byte is not finite":                       {Beyond: []keymill.Piece{{From: 1, PerByte: math.Inf(-1)}}},
		"piece 0: the cost 0 a key and -1 a byte falls as a batch grows":                  {Beyond: []keymill.Piece{{From: 1, Fixed: -1, PerByte: -1}}},
	} {
		require.EqualError(t, c.Check(), want)
	}
}
