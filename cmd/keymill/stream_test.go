package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// More chunks than go round: each row has its line, once, in the order of the
// input, although later chunks are written into the memory of earlier ones.
func TestOutputOfManyChunks(t *testing.T) {
	const rows = 150_000 // five chunks, of which four go round
	input := manyKeys(rows)
	kafka := place.Kafka(12)
	for _, c := range []struct {
		args []string
		line func(key string) string
	}{
		{
			[]string{"hash", "--workers", "3"},
			func(key string) string { return fmt.Sprintf("%016x\t%s", hash.SumXXH3([]byte(key), 0), key) },
		},
		{
			[]string{"place", "--scheme", "kafka", "--partitions", "12", "--json", "--workers", "1"},
			func(key string) string {
				_, part := kafka.Place([]byte(key))
				return fmt.Sprintf(`{"partition":%d,"key":"%s"}`, part, key)
			},
		},
	} {
		n := 0
		for got := range strings.Lines(done(t, input, c.args...)) {
			if want := c.line(strconv.Itoa(n)) + "\n"; got != want { // a require a line takes its time
				require.Equal(t, want, got, "line %d of %v", n+1, c.args)
			}
			n++
		}
		require.Equal(t, rows, n, c.args)
	}
}

func TestMaxRow(t *testing.T) {
	for _, args := range [][]string{{"hash"}, {"place", "--scheme", "redis"}, {"ingest", "--into", "mem:", "--json"}} {
		_, errs, code := call(t, "abc\nabcd\nabc\n", append(args, "--max-row", "3")...)
		require.Equal(t, exitRejected, code, args)
		require.Contains(t, errs, "rejected: stdin:2: byte 4: the row is longer than 3 bytes")
		require.Contains(t, errs, "keymill: 1 row rejected\n", args)
	}
}

func TestWorkers(t *testing.T) {
	for _, workers := range []int{1, 3} {
		var report jsonIngest
		out := done(t, "a\n", "ingest", "--into", "mem:", "--json", "--workers", strconv.Itoa(workers))
		require.NoError(t, json.Unmarshal([]byte(out), &report))
		got := map[string]int{}
		for _, s := range report.Stages {
			got[s.Name] = s.Goroutines
		}
		require.Equal(t, map[string]int{"read": 1, "hash": workers, "group": workers, "store": workers}, got)
	}
}
