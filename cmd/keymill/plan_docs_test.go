package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fields adds to a set the paths of all members of a JSON value: keys.has.low.
func fields(value any, path string, into map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			into[path+name] = true
			fields(member, path+name+".", into)
		}
	case []any:
		for _, element := range v {
			fields(element, path, into)
		}
	}
}

func fieldsOf(t *testing.T, text string) map[string]bool {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal([]byte(text), &value), text)
	all := map[string]bool{}
	fields(value, "", all)
	return all
}

// documented returns the fields of the example that docs/CLI.md has of a command's JSON.
func documented(t *testing.T, command string) map[string]bool {
	t.Helper()
	page, err := os.ReadFile("../../docs/CLI.md")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(page), "`"+command+" --json`")
	require.True(t, found, command)
	_, after, found = strings.Cut(after, "```json\n")
	require.True(t, found, command)
	example, _, _ := strings.Cut(after, "```")
	return fieldsOf(t, example)
}

// Every field that a report has is in docs/CLI.md, and every one that is there, some report has.
func TestPlanJSONIsDocumented(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	file := write(t, "x.tsv", "a\t5\na\t7\nb\t1\n\xff\t4\n")
	nodes := write(t, "nodes", "x rack=1\ny rack=2\n")
	bounds := write(t, "bounds", "b\n")
	long := write(t, "long", strings.Repeat(strings.Repeat("x", 300_000)+"\n", 40)+strings.Repeat("y\n", 40))
	for command, runs := range map[string][][]string{
		"plan hot": {
			{"--scheme", "kafka", "--partitions", "4", "--weights", "--nodes", nodes, file},
			{"--scheme", "kafka", "--partitions", "4", "--salt", "0", file},
		},
		"plan split": {{"--parts", "2", "--weights", file}, {"--boundaries", bounds, file}, {"--parts", "2", long}},
		"plan capacity": {
			{"--scheme", "redis", "--limit", "3", "--racks", "2", "--weights", file}, {"--scheme", "redis", "--limit", "1", file},
			{"--scheme", "kafka", "--limit", "3", "--try", "1,2", file},
		},
	} {
		all := map[string]bool{}
		for _, args := range runs {
			out := done(t, "", append(append(strings.Fields(command), "--json"), args...)...)
			for field := range fieldsOf(t, out) {
				all[field] = true
			}
		}
		want := documented(t, command)
		for _, field := range []string{"keys.key_base64"} { // said of all commands
			delete(all, field)
		}
		missing, gone := []string{}, []string{}
		for field := range all {
			if !want[field] && !strings.HasSuffix(field, ".weight") { // which every load may have
				missing = append(missing, field)
			}
		}
		for field := range want {
			if !all[field] && !strings.HasSuffix(field, ".weight") {
				gone = append(gone, field)
			}
		}
		slices.Sort(missing)
		slices.Sort(gone)
		require.Equal(t, fmt.Sprint([]string{}), fmt.Sprint(missing), "%s: docs/CLI.md lacks them", command)
		require.Equal(t, fmt.Sprint([]string{}), fmt.Sprint(gone), "%s: docs/CLI.md has them, and no report", command)
	}
}
