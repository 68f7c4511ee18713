package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/place"
)

// The numbers of the systems' own code, as `keymill hash --scheme` prints them.
func TestNumbersOfSchemes(t *testing.T) {
	for _, c := range []struct{ scheme, file, output string }{
		{"cassandra", "cassandra_murmur3_token", "server_token"},
		{"spark", "spark_hash_bytes", "spark_hash"},
		{"sarama", "sarama_hash_fnv1a", "fnv1a_u32"},
		{"citus", "citus_shard_text", "worker_hash"},
		{"postgres", "postgres_hash", "hashtextextended_partseed"},
		{"vitess-xxhash", "vitess_vindex_bytes", "xxhash"},
		{"vitess-md5", "vitess_vindex_bytes", "binary_md5"},
		{"mongodb", "mongodb_hashed", "string"},
		{"elasticsearch", "elasticsearch_routing", "hash"},
	} {
		file, err := vectors.Load(c.file)
		require.NoError(t, err)
		var input strings.Builder
		var want []string
		for _, v := range file.Vectors {
			number, there := v.Out[c.output]
			if !there {
				continue
			}
			input.WriteString(v.KeyHex + "\n")
			text, isText := number.(string)
			u, _ := v.Uint(c.output)
			switch {
			case c.scheme == "postgres":
				text = fmt.Sprint(u + place.Postgres(1).Add)
			case c.scheme == "sarama":
				text = fmt.Sprint(int32(u)) // Sarama takes the remainder of that
			case c.scheme == "vitess-md5":
				text = text[:16]
			case !isText:
				text = fmt.Sprintf("%.0f", number)
			}
			want = append(want, text+"\t"+v.KeyHex)
		}
		require.Greater(t, len(want), 50, c.scheme)
		got := done(t, input.String(), "hash", "--scheme", c.scheme, "--key-encoding", "hex")
		require.Equal(t, want, strings.Split(strings.TrimSuffix(got, "\n"), "\n"), c.scheme)
	}
}

func TestNumbersOfTypedKeys(t *testing.T) {
	file, err := vectors.Load("vitess_vindex_int")
	require.NoError(t, err)
	seen := 0
	for _, v := range file.Vectors {
		value := v.Out["value"].(string)
		if _, err := strconv.ParseInt(value, 10, 64); err == nil { // those above are for unsigned columns
			seen++
			require.Equal(t, fmt.Sprintf("%s\t%s\n", v.Out["hash"], value),
				done(t, value, "hash", "--scheme", "vitess_hash", "--key-type", "int64"))
		}
	}
	require.Greater(t, seen, 50)
	// A null has no number, or the one that its system says.
	for scheme, null := range map[string]string{"vitess-hash": "-", "postgres": "0", "hive": "0", "spark": "42", "iceberg": "-"} {
		require.Equal(t, null+"\t\\N\n", done(t, `\N`, "hash", "--scheme", scheme, "--key-type", "int64"), scheme)
	}
}

func TestNumbersThatAreNone(t *testing.T) {
	require.Equal(t, "-\t\n", done(t, "\n", "hash", "--scheme", "librdkafka-random"))
	require.Equal(t, "0\t\n", done(t, "\n", "hash", "--scheme", "librdkafka"))
	require.Equal(t, `{"number":null,"key":""}`+"\n"+`{"number":"3904355907","key":"a"}`+"\n",
		done(t, "\na\n", "hash", "--scheme", "librdkafka-random", "--json"))
	require.Equal(t, "65439\tx\n65439\t{x}y\n", done(t, "x\n{x}y\n", "hash", "--scheme", "redis"), "the slot is 16287, its low 14 bits")
	for says, args := range map[string][]string{
		`unknown scheme "kfaka": did you mean "kafka"?`:    {"--scheme", "kfaka"},
		"--scheme and --seed: a scheme has its own":        {"--scheme", "kafka", "--seed", "1"},
		"--scheme and --hash: a scheme has its own":        {"--scheme", "kafka", "--hash", "xxh3"},
		"--scheme and --digest: a scheme has its own":      {"--scheme", "kafka", "--digest"},
		"--key-type goes with --scheme":                    {"--key-type", "int64"},
		"--null goes with --scheme":                        {"--null", ""},
		"scheme kafka does not hash columns of type int64": {"--scheme", "kafka", "--key-type", "int64"},
		`unknown type "int46": did you mean "int16"?`:      {"--scheme", "spark", "--key-type", "int46"},
	} {
		_, errs, code := call(t, "a\n", append([]string{"hash"}, args...)...)
		require.Equal(t, exitUsage, code, args)
		require.Contains(t, errs, says)
	}
}
