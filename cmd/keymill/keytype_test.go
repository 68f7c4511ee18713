package main

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/internal/vectors"
)

// typedCases are files of vectors of typed keys: of each vector that says it is of the
// type, the text of its value, and the outputs that end in a number of partitions.
var typedCases = []struct {
	scheme, file, of, keyType, output string
	text                              func(v vectors.Vector) string
}{
	{"iceberg", "iceberg_bucket_typed", "int", "int32", "b", value},
	{"iceberg", "iceberg_bucket_typed", "long", "int64", "b", value},
	{"iceberg", "iceberg_bucket_typed", "timestamp", "timestamp", "b", value},
	{"iceberg", "iceberg_bucket_typed", "timestamp_ns", "timestamp_ns", "b", value},
	{"iceberg", "iceberg_bucket_typed", "date", "date", "b", func(v vectors.Vector) string {
		return time.Unix(0, 0).UTC().AddDate(0, 0, int(number(v).Int64())).Format(time.DateOnly)
	}},
	{"iceberg", "iceberg_bucket_typed", "time", "time", "b", func(v vectors.Vector) string {
		return time.UnixMicro(number(v).Int64()).UTC().Format("15:04:05.000000")
	}},
	{"iceberg", "iceberg_bucket_typed", "decimal(38,2) unscaled", "decimal(38,2)", "b", func(v vectors.Vector) string {
		return new(big.Rat).SetFrac(number(v), big.NewInt(100)).FloatString(2)
	}},
	{"iceberg", "iceberg_bucket_typed", "uuid", "uuid", "b", value},
	{"spark", "spark_hive_typed", "", "int64", "spark_long_p", value},
	{"spark", "spark_hive_typed", "", "int32", "spark_int_p", value},
	{"hive", "spark_hive_typed", "", "int64", "hive2_bigint_b", value},
	{"postgres", "postgres_hash_typed", "int4", "int32", "p", value},
	{"postgres", "postgres_hash_typed", "int8", "int64", "p", value},
	{"postgres", "postgres_hash_typed", "uuid", "uuid", "p", value},
	{"postgres", "postgres_hash_typed", "(int4,text)", "int32,string", "p", func(v vectors.Vector) string {
		return orNull(v.Out["a"]) + "\t" + orNull(v.Out["b"])
	}},
	{"elasticsearch", "elasticsearch_routing", "", "string", "r640_s", text},
	{"pulsar-java", "pulsar_go_partition", "", "string", "java_p", text},
	{"hazelcast", "hazelcast_partition", "", "string", "p", text},
}

func value(v vectors.Vector) string { return v.Out["value"].(string) }

func text(v vectors.Vector) string { return string(v.Key()) }

func number(v vectors.Vector) *big.Int {
	n, ok := new(big.Int).SetString(value(v), 10)
	if !ok {
		panic(v.ID)
	}
	return n
}

func orNull(v any) string {
	if v == nil {
		return `\N`
	}
	return fmt.Sprint(v)
}

var partsOf = regexp.MustCompile(`^(.*?)(\d+)$`)

// What the systems computed of values, from text.
func TestPlaceReproducesTypedVectors(t *testing.T) {
	for _, c := range typedCases {
		t.Run(c.scheme+"/"+c.keyType, func(t *testing.T) {
			file, err := vectors.Load(c.file)
			require.NoError(t, err)
			wanted, lines := map[string][]string{}, map[string][]string{} // by the number of partitions
			for _, v := range file.Vectors {
				if is, typed := v.Out["type"]; typed && is != c.of {
					continue
				}
				key := c.text(v)
				if strings.ContainsAny(key, "\n\r") || c.keyType == "date" && len(key) != len(time.DateOnly) {
					continue // no line, or a year that text does not have; the library's tests have it
				}
				for output := range v.Out {
					m := partsOf.FindStringSubmatch(output)
					if m == nil || m[1] != c.output {
						continue
					}
					want, _ := v.Uint(output)
					wanted[m[2]] = append(wanted[m[2]], fmt.Sprintf("%d\t%s", want, key))
					lines[m[2]] = append(lines[m[2]], key)
				}
			}
			require.NotEmpty(t, wanted)
			for parts, want := range wanted {
				require.GreaterOrEqual(t, len(want), 10)
				out := done(t, strings.Join(lines[parts], "\n")+"\n", "place", "--scheme", c.scheme, "--partitions", parts, "--key-type", c.keyType)
				require.Equal(t, strings.Join(want, "\n")+"\n", out, "%s partitions", parts)
			}
		})
	}
}

// Text of a system that hashes another form of it needs no type, as hex or as it is.
func TestPlaceEncodesText(t *testing.T) {
	file, err := vectors.Load("pulsar_go_partition")
	require.NoError(t, err)
	lines := strings.Split(done(t, hexKeys(file), "place", "--scheme", "pulsar-java", "--partitions", "7", "--key-encoding", "hex"), "\n")
	for i, v := range file.Vectors {
		want, _ := v.Uint("java_p7")
		require.Equal(t, fmt.Sprintf("%d\t%s", want, v.KeyHex), lines[i])
	}
}

func TestKeysThatAreNoValues(t *testing.T) {
	out, errs, code := call(t, "34\nabc\n\\N\n\n36\n", "place", "--scheme", "iceberg", "--partitions", "16", "--key-type", "int64")
	require.Equal(t, 3, code)
	require.Equal(t, "3\t34\n-\t\\N\n14\t36\n", out)
	require.Contains(t, errs, `stdin:2: byte 3: "abc" is no int64`)
	require.Contains(t, errs, `stdin:4: byte 10: "" is no int64`)
	require.Contains(t, errs, "2 rows rejected")

	out, errs, code = call(t, "1\ta\tx\n2\n3\t\\N\n?\tb\n4\tc\n", "place", "--scheme", "spark", "--partitions", "100", "--key-type", "int32, string", "--json")
	require.Equal(t, 3, code)
	require.Equal(t, 2, strings.Count(out, "\n"), out)
	require.Contains(t, errs, "stdin:1: byte 0: the key has 3 of the 2 columns of --key-type, with tabs between them")
	require.Contains(t, errs, `stdin:4: byte 13: column 1: "?" is no int32`)

	rows := write(t, "rows.tsv", "7\ta\tvalue\n8\tb\nc\n9\tc\tvalue\tmore\n")
	out, errs, code = call(t, "", "place", "--scheme", "spark", "--partitions", "100", "--key-type", "int32,string", rows)
	require.Equal(t, 3, code)
	require.Regexp(t, `^\d+\t7\ta\n\d+\t8\tb\n\d+\t9\tc\n$`, out)
	require.Contains(t, errs, "rows.tsv:3: byte 14: fewer columns than the 2 of the key")

	for says, args := range map[string][]string{
		`did you mean "int`: {"--scheme", "spark", "--partitions", "3", "--key-type", "int46"},
		"uuid":              {"--scheme", "spark", "--partitions", "3", "--key-type", "uuid"},
		"--key-encoding is for keys of one column":  {"--scheme", "spark", "--partitions", "3", "--key-type", "int32,int32", "--key-encoding", "hex"},
		"--key-type does not go with --format tree": {"--scheme", "spark", "--partitions", "3", "--key-type", "string", "--format", "tree"},
		"kafka": {"--scheme", "kafka", "--partitions", "3", "--key-type", "int64"},
		"hashes one column: it has no rule for several": {"--scheme", "iceberg", "--partitions", "3", "--key-type", "int64,int64"},
	} {
		_, errs, code := call(t, "", append([]string{"place"}, args...)...)
		require.Equal(t, 2, code, errs)
		require.Contains(t, errs, says)
	}
}
