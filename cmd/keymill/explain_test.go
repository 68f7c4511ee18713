package main

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
)

func TestExplain(t *testing.T) {
	_, errs, code := call(t, "a\nbc\n", "place", "--scheme", "kafka", "--partitions", "3", "--explain", "--backend", "cpu")
	require.Zero(t, code)
	require.Regexp(t, `^work +keys a batch +backend +predicted +batches +predicted of those +measured\n`+
		`murmur2/ragged/mod +0 to 9 +cpu +0\.\d\d µs +1 +0\.\d\d µs +\d+\.\d+ µs\n$`, errs)
}

// Each size of batches has its rows, each backend its own, with what became of it.
func TestExplainSizes(t *testing.T) {
	var e explainer
	op := keymill.Op{Hash: hash.XXH3, Class: keymill.Width8}
	for i, keys := range []int{1000, 9999, 10_000} {
		e.observe(keymill.Decision{Op: op, Keys: keys, Chosen: "gpu", Err: errors.New("lost\nwith a stack"), Predicted: []keymill.Prediction{
			{Backend: "cpu", Nanos: 5e6, Scale: 1}, {Backend: "gpu", Nanos: 2000, Scale: 1}, {Backend: "none", Nanos: math.Inf(1), Scale: 1},
		}})
		e.observe(keymill.Decision{Op: op, Keys: keys, Chosen: "cpu", Measured: time.Duration(i+1) * time.Millisecond, Predicted: []keymill.Prediction{
			{Backend: "cpu", Nanos: 3e6, Scale: 1.5}, {Backend: "gpu", Nanos: 4000, Scale: 1, Quarantined: true}, {Backend: "none", Nanos: math.Inf(1), Scale: 1},
		}})
	}
	var out strings.Builder
	require.NoError(t, e.write(&out))
	require.Equal(t, `
work         keys a batch      backend  predicted  batches  predicted of those  measured
xxh3/8/none  1,000 to 9,999    cpu      4000 µs    2        3000 µs             1500 µs   now ×1.5 of its profile
                               gpu      3.00 µs                                           failed at 2: lost
                               none     not run
xxh3/8/none  10,000 to 99,999  cpu      4000 µs    1        3000 µs             3000 µs   now ×1.5 of its profile
                               gpu      3.00 µs                                           failed at 1: lost
                               none     not run
`, "\n"+out.String())
}
