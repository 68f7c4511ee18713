package liveservers

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

// TestPostgres copies keys into tables with hash partitions, and asks where each row
// is.
func TestPostgres(t *testing.T) {
	const folders = "/usr/lib/postgresql/*/bin/"
	initdb, err := program("initdb", folders+"initdb")
	if err != nil {
		missing(t, "postgres", err)
	}
	postgres, err := program("postgres", folders+"postgres")
	if err != nil {
		missing(t, "postgres", err)
	}
	psql, err := program("psql", folders+"psql")
	if err != nil {
		missing(t, "postgres", err)
	}
	h := newHost(t)
	client := func(args ...string) *exec.Cmd {
		return h.command(append([]string{psql, "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1",
			"--host", h.folder, "--username", "keymill", "--dbname", "postgres"}, args...)...)
	}
	h.start(t, func() error { return client("--command", "SELECT 1").Run() },
		"sh", "-c", `"$1" -D data -U keymill -A trust -E UTF8 --locale=C --no-sync &&
			exec "$2" -D data -k "$PWD" -F -c listen_addresses= -c shared_buffers=16MB`, "sh", initdb, postgres)

	for _, c := range []struct {
		column string
		key    func(rng *rand.Rand) string
		text   func(key string) string // as COPY reads it
	}{
		{"bytea", randomBytes, func(key string) string { return `\\x` + hex.EncodeToString([]byte(key)) }},
		{"text", randomText, strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace},
	} {
		for _, modulus := range []int{7, 16} {
			t.Run(fmt.Sprintf("%s modulus %d", c.column, modulus), func(t *testing.T) {
				var keys keymill.Batch
				var script strings.Builder
				fmt.Fprintf(&script, "CREATE TABLE t (id int, key %s) PARTITION BY HASH (key);\n", c.column)
				for i := range modulus {
					fmt.Fprintf(&script, "CREATE TABLE p%d PARTITION OF t FOR VALUES WITH (MODULUS %d, REMAINDER %d);\n", i, modulus, i)
				}
				script.WriteString("COPY t FROM stdin;\n")
				rng := rand.New(rand.NewPCG(3, uint64(modulus)))
				for i := range numKeys {
					if i%1000 == 1 {
						require.NoError(t, keys.AppendNull())
						fmt.Fprintf(&script, "%d\t\\N\n", i)
						continue
					}
					key := ""
					if i > 0 { // the first is empty
						key = c.key(rng)
					}
					require.NoError(t, keys.Append([]byte(key)))
					fmt.Fprintf(&script, "%d\t%s\n", i, c.text(key))
				}
				script.WriteString("\\.\nSELECT tableoid::regclass FROM t ORDER BY id;\nDROP TABLE t;\n")
				var want []uint32
				for name := range strings.Lines(run(t, client("--file", "-"), strings.NewReader(script.String()))) {
					part, err := strconv.ParseUint(strings.TrimSpace(strings.TrimPrefix(name, "p")), 10, 32)
					require.NoError(t, err)
					want = append(want, uint32(part))
				}
				onEveryBackend(t, &keys, place.Postgres(uint32(modulus)), want)
			})
		}
	}
}

// randomBytes makes a key of any bytes, mostly short, as lookup3 takes 12 at a time.
func randomBytes(rng *rand.Rand) string {
	key := make([]byte, rng.IntN(40))
	if rng.IntN(20) == 0 {
		key = make([]byte, rng.IntN(1000))
	}
	for i := range key {
		key[i] = byte(rng.Uint32())
	}
	return string(key)
}

// randomText makes a key of any characters but NUL, which PostgreSQL does not store.
func randomText(rng *rand.Rand) string {
	var key strings.Builder
	for range rng.IntN(30) {
		last := []int32{0x7f, 0x7ff, 0xd7ff, 0x10ffff}[rng.IntN(4)]
		key.WriteRune(max(1, rng.Int32N(last+1))) // a surrogate becomes U+FFFD
	}
	return key.String()
}
