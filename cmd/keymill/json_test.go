package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
)

func TestJSONLines(t *testing.T) {
	out := done(t, "plain\nq\"<\\\x01\n\xff\xfe\ngrün\n", "hash", "--json", "--hash", "crc32")
	var keys []string
	for line := range strings.Lines(out) {
		var row struct {
			Hash      string  `json:"hash"`
			Key       *string `json:"key"`
			KeyBase64 []byte  `json:"key_base64"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &row), line)
		key := string(row.KeyBase64)
		if row.Key != nil {
			key = *row.Key
		}
		require.Equal(t, fmt.Sprintf("%08x", hash.SumCRC32([]byte(key))), row.Hash)
		keys = append(keys, key)
	}
	require.Equal(t, []string{"plain", "q\"<\\\x01", "\xff\xfe", "grün"}, keys)

	out = done(t, "\na\n", "place", "--scheme", "librdkafka-random", "--partitions", "7", "--json")
	require.Equal(t, `{"partition":null,"key":""}`+"\n"+`{"partition":4,"key":"a"}`+"\n", out)
	require.Equal(t, "-\t\n4\ta\n", done(t, "\na\n", "place", "--scheme", "librdkafka-random", "--partitions", "7"))
}

// What docs/CLI.md says of JSON lines is what keymill prints.
func TestDocumentedJSON(t *testing.T) {
	doc, err := os.ReadFile("../../docs/CLI.md")
	require.NoError(t, err)
	require.Contains(t, string(doc), done(t, "session:abc123\n", "hash", "--json"))
	require.Contains(t, string(doc), done(t, "user:1001\n", "place", "--scheme", "kafka", "--partitions", "12", "--json"))
	require.Contains(t, string(doc), done(t, "user:1001\nb\nc\nd\n", "place", "--scheme", "kafka", "--partitions", "3", "--counts", "--json"))
}
