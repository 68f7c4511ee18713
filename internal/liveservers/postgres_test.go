package liveservers

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/columns"
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
		typ    columns.Kind
		key    func(rng *rand.Rand) string
		text   func(key string) string // as COPY reads it
	}{
		{"bytea", columns.Binary, randomBytes, func(key string) string { return `\\x` + hex.EncodeToString([]byte(key)) }},
		{"text", columns.String, randomText, strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace},
		{"int8", columns.Int64, randomNumber[int64], strings.Clone},
		{"int4", columns.Int32, randomNumber[int32], strings.Clone},
		{"float8", columns.Float64, randomFloat, strings.Clone},
	} {
		for _, modulus := range []int{7, 16} {
			t.Run(fmt.Sprintf("%s modulus %d", c.column, modulus), func(t *testing.T) {
				encoder, err := columns.NewEncoder(place.Postgres(uint32(modulus)), columns.Type{Kind: c.typ})
				require.NoError(t, err)
				builder := encoder.Builder(0)
				var script strings.Builder
				fmt.Fprintf(&script, "CREATE TABLE t (id int, key %s) PARTITION BY HASH (key);\n", c.column)
				for i := range modulus {
					fmt.Fprintf(&script, "CREATE TABLE p%d PARTITION OF t FOR VALUES WITH (MODULUS %d, REMAINDER %d);\n", i, modulus, i)
				}
				script.WriteString("COPY t FROM stdin;\n")
				rng := rand.New(rand.NewPCG(3, uint64(modulus)))
				for i := range numKeys {
					if i%1000 == 1 {
						require.NoError(t, builder.AppendNull())
						fmt.Fprintf(&script, "%d\t\\N\n", i)
						continue
					}
					key := c.key(rng)
					require.NoError(t, builder.Append([]byte(key)))
					fmt.Fprintf(&script, "%d\t%s\n", i, c.text(key))
				}
				script.WriteString("\\.\nSELECT tableoid::regclass FROM t ORDER BY id;\nDROP TABLE t;\n")
				var want []uint32
				for name := range strings.Lines(run(t, client("--file", "-"), strings.NewReader(script.String()))) {
					part, err := strconv.ParseUint(strings.TrimSpace(strings.TrimPrefix(name, "p")), 10, 32)
					require.NoError(t, err)
					want = append(want, uint32(part))
				}
				var keys keymill.Batch
				require.NoError(t, encoder.Encode(&keys, builder.Column()))
				onEveryBackend(t, &keys, encoder.Scheme(), want)
			})
		}
	}
}

// randomBytes makes a key of any bytes, mostly short, as lookup3 takes 12 at a time.
func randomBytes(rng *rand.Rand) string {
	key := make([]byte, rng.IntN(40)) // some are empty
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

// randomNumber makes an integer of any size, of either sign.
func randomNumber[T int32 | int64](rng *rand.Rand) string {
	return fmt.Sprint(T(rng.Uint64()) >> rng.IntN(60))
}

// randomFloat makes a number of any size, and now and then one that is none.
func randomFloat(rng *rand.Rand) string {
	special := []string{"0", "-0", "NaN", "Infinity", "-Infinity", "1", "0.1", "5e-324"}
	if rng.IntN(10) == 0 {
		return special[rng.IntN(len(special))]
	}
	x := math.Inf(1)
	for math.IsInf(x, 0) || math.IsNaN(x) {
		x = math.Float64frombits(rng.Uint64())
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
