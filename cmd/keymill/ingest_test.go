package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Rows that cannot be read are shown with their place, the others are done,
// and the exit code is 3.
func TestRejectedRows(t *testing.T) {
	path := write(t, "x.tsv", "a\t1\nno tab\nb\t2\n"+strings.Repeat("bad\n", 20))
	out, errs, code := call(t, "", "hash", path)
	require.Equal(t, exitRejected, code)
	require.Equal(t, 2, strings.Count(out, "\n"))
	require.Contains(t, errs, "keymill: rejected: "+path+":2: byte 4: no tab")
	require.Contains(t, errs, "keymill: 21 rows rejected\n")
	require.Equal(t, maxShownRejects+2, strings.Count(errs, "\n"), errs)

	out, _, code = call(t, "", "ingest", "--into", "mem:", "--verify", "--json", path)
	require.Equal(t, exitRejected, code)
	var report jsonIngest
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, []int64{2, 21}, []int64{report.Rows, report.Rejected})
	require.Equal(t, &jsonVerified{Rows: 2}, report.Verified)

	_, errs, code = call(t, "zz\n", "place", "--scheme", "redis", "--key-encoding", "hex")
	require.Equal(t, exitRejected, code)
	require.Contains(t, errs, "stdin:1: byte 0: the key is not hex: 'z' is no digit")
}

func TestIngest(t *testing.T) {
	var text strings.Builder
	for i := range 70_000 {
		fmt.Fprintf(&text, "key%d\tvalue%d\n", i%50_000, i)
	}
	path := write(t, "x.tsv", text.String())
	out := done(t, "", "ingest", "--into", "mem:", "--verify", path)
	require.Regexp(t, `(?m)^rows +70,000 in `, out)
	require.Regexp(t, `(?m)^keys +50,000 distinct, 20,000 rows overwritten by later ones`, out)
	require.Regexp(t, `(?m)^verified +70,000 rows read again: every key found`, out)
	require.Regexp(t, `(?m)^backend +\S+: 3 batches of keys`, out)
	for _, stage := range []string{"read", "hash", "group", "store"} {
		require.Regexp(t, `(?m)^`+stage+` +\d+ +`, out)
	}
	require.Regexp(t, `(?m)^bounded by +\w+$`, out)

	var report jsonIngest
	require.NoError(t, json.Unmarshal([]byte(done(t, text.String(), "ingest", "--into", "mem:", "--format", "tsv", "--json", "-")), &report))
	require.Equal(t, []int64{70_000, 50_000, 20_000, 0}, []int64{report.Rows, report.Distinct, report.Overwritten, report.Rejected})
	require.Equal(t, "cpu", report.Backends[0].Name)
	keys := uint64(0)
	for _, b := range report.Backends { // whichever were the fastest
		keys += b.Keys
	}
	require.Equal(t, uint64(70_000), keys)
	require.Nil(t, report.Verified)
	require.Len(t, report.Stages, 4)
}
