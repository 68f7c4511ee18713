package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/ref"
)

// tampered is a store to which something happens between an ingest and its
// verification.
type tampered struct {
	*ref.Store
	once     sync.Once
	ingested func() // when rows were set: of one chunk, the file has then been read to its end
	verified func() // before the first rows are read back
}

func (s *tampered) SetPlaced(ctx context.Context, keys, values *keymill.Batch, groups *keymill.Groups,
	from, to uint32, opts kv.SetOptions) (kv.SetResult, error) {
	if s.ingested != nil {
		s.once.Do(s.ingested)
	}
	return s.Store.SetPlaced(ctx, keys, values, groups, from, to, opts)
}

func (s *tampered) BatchGet(ctx context.Context, keys, dst *keymill.Batch) error {
	if s.verified != nil {
		s.once.Do(s.verified)
	}
	return s.Store.BatchGet(ctx, keys, dst)
}

// What is ingested below: two keys, of which one is overwritten and the other
// would clear the terminal, and a row that is rejected, which must not hide that
// the verification failed.
const verifiedRows = "a\t1\nk\u009b2J\t2\na\t3\nno tab\n"

// verifyTampered ingests verifiedRows and verifies them, as the command does.
// tamper says what is to happen meanwhile.
func verifyTampered(ctx context.Context, t *testing.T, asJSON bool, tamper func(s *tampered, path string)) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{terminal: terminal{out: &out, err: &errs}, started: true}
	d, err := (&inputFlags{backend: backend.Auto}).dispatcher(a)
	require.NoError(t, err)
	path := write(t, "x.tsv", verifiedRows)
	store := &tampered{Store: ref.New(ref.Options{Backend: d})}
	tamper(store, path)
	result := a.ingestInto(ctx, store, d, []string{path}, ingest.Options{}, true)
	code = a.end(worst(result.err, result.print(a, asJSON)), nil)
	return out.String(), errs.String(), code
}

func TestVerifyFails(t *testing.T) {
	set := func(key, value string) func(*tampered, string) {
		return func(s *tampered, _ string) {
			s.verified = func() { require.NoError(t, s.Set(t.Context(), []byte(key), []byte(value), kv.SetOptions{})) }
		}
	}
	remove := func(s *tampered) {
		was, err := s.Delete(t.Context(), []byte("k\u009b2J"))
		require.NoError(t, err)
		require.True(t, was)
	}
	rewrite := func(contents string) func(*tampered, string) {
		return func(s *tampered, path string) {
			s.ingested = func() { require.NoError(t, os.WriteFile(path, []byte(contents), 0o600)) }
		}
	}
	for name, c := range map[string]struct {
		tamper   func(*tampered, string)
		verified *jsonVerified
		says     string
	}{
		"a key is lost, and another one there": {
			func(s *tampered, _ string) {
				s.verified = func() {
					remove(s)
					require.NoError(t, s.Set(t.Context(), []byte("b"), nil, kv.SetOptions{}))
				}
			},
			&jsonVerified{Rows: 3, Missing: 1}, `1 row not found, 0 keys with another value, such as "k\u009b2J"`,
		},
		"a key is lost": {
			func(s *tampered, _ string) { s.verified = func() { remove(s) } },
			&jsonVerified{Rows: 3, Missing: 1}, "the store has 1 key, and 2 were added",
		},
		"a key too many": {
			set("b", ""), &jsonVerified{Rows: 3}, "the store has 3 keys, and 2 were added",
		},
		"the value of an earlier row": {
			set("a", "1"), &jsonVerified{Rows: 3, Wrong: 1}, `0 rows not found, 1 key with another value, such as "a"`,
		},
		"the input has a row more, which the store holds": {
			rewrite(verifiedRows + "a\t3\n"), &jsonVerified{Rows: 4}, "the input has 4 rows now, and had 3 rows: it changed meanwhile",
		},
		"the input has another value": {
			rewrite(strings.Replace(verifiedRows, "a\t3", "a\t4", 1)),
			&jsonVerified{Rows: 3, Wrong: 1}, `0 rows not found, 1 key with another value, such as "a"`,
		},
		"the input is damaged": {
			rewrite("\x1f\x8b"), nil, "the gzip stream ends too early: the file is truncated, fetch it again (0 rows done before)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, errs, code := verifyTampered(t.Context(), t, false, c.tamper)
			require.Equal(t, exitFailed, code, errs)
			require.NotContains(t, out, "verified")
			require.Regexp(t, `(?m)^rows +3 in `, out, "the report is there nevertheless")
			lines := strings.Split(errs, "\n")
			require.Len(t, lines, 3, "the rejected row, and what is wrong")
			require.Regexp(t, `^keymill: rejected: .*:4: byte 16: no tab`, lines[0])
			require.True(t, strings.HasPrefix(lines[1], "keymill: verify: "), errs)
			require.True(t, strings.HasSuffix(lines[1], c.says), errs)

			out, _, code = verifyTampered(t.Context(), t, true, c.tamper)
			require.Equal(t, exitFailed, code)
			var report jsonIngest
			require.NoError(t, json.Unmarshal([]byte(out), &report))
			require.Equal(t, []int64{3, 2, 1, 1}, []int64{report.Rows, report.Distinct, report.Overwritten, report.Rejected})
			require.Equal(t, c.verified, report.Verified)
			require.True(t, strings.HasPrefix(report.Error, "verify: "), report.Error)
			require.True(t, strings.HasSuffix(report.Error, c.says), report.Error)
		})
	}
}

// The same without tampering: what the test above finds is not its own doing.
func TestVerifyHolds(t *testing.T) {
	nothing := func(*tampered, string) {}
	out, errs, code := verifyTampered(t.Context(), t, false, nothing)
	require.Equal(t, exitRejected, code, errs)
	require.Regexp(t, `(?m)^verified +3 rows read again: every key found`, out)
	require.True(t, strings.HasSuffix(errs, "\nkeymill: 1 row rejected\n"), errs)
}

// A verification that Ctrl-C ends has verified nothing.
func TestVerifyInterrupted(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		out, errs, code := verifyTampered(ctx, t, asJSON, func(s *tampered, _ string) { s.verified = cancel })
		require.Equal(t, exitInterrupted, code, errs)
		require.NotContains(t, out, "verified")
		require.True(t, strings.HasSuffix(errs, "\nkeymill: verify: interrupted after 0 rows\n"), errs)
		require.Equal(t, asJSON, strings.Contains(out, `"error":"verify: interrupted after 0 rows"`), out)
	}
}

// A verification takes as long as the ingest did, and shows its progress, too.
func TestVerifyShowsProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, errs, code := verifyTampered(t.Context(), t, false, func(s *tampered, _ string) {
			s.verified = func() { time.Sleep(15 * time.Second) } // by the clock of the bubble
		})
		require.Equal(t, exitRejected, code, errs)
		require.Contains(t, errs, "\nkeymill: 0 rows, 0 rows/s, 100 %, 0s left\n")
	})
}
