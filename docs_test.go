package keymill_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The Go code of README.md is that of the tested Example, but for comments.
func TestReadmeExampleIsTested(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatch(readme, -1)
	require.Len(t, blocks, 1)
	tested, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	comment := regexp.MustCompile(`\s*//.*`)
	code := comment.ReplaceAllString(string(blocks[0][1]), "")
	code = "\t" + strings.ReplaceAll(strings.TrimSpace(code), "\n", "\n\t")
	require.Contains(t, string(tested), code)
}
