package keymill_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/keymill/keymill"

// mayImport says for each package which other packages of this module it may
// import: the arrows of ARCHITECTURE.md, where "." is the root package. A star
// stands for modules of others.
var mayImport = map[string][]string{
	"internal/nearest":   {},
	"internal/page":      {},
	"internal/vectors":   {},
	"internal/wholefile": {},
	"hash":               {"internal/nearest"},
	"place":              {"hash", "internal/nearest"},
	"place/crush":        {"internal/nearest"},
	"nodes":              {"place", "internal/nearest"},
	".":                  {"hash", "place"},
	"plan":               {".", "hash", "place", "nodes", "internal/nearest", "*"},
	"plan/identify":      {".", "hash", "place", "columns"},
	"backend/cpu":        {".", "hash", "place"},
	"backend/simd":       {".", "hash", "place", "backend/cpu", "*"},
	"kernels":            {"hash", "place"},
	"backend/opencl":     {".", "hash", "place", "kernels", "internal/wholefile"},
	"backend":            {".", "backend/cpu", "backend/simd", "backend/opencl", "internal/nearest", "internal/wholefile"},
	"columns":            {".", "hash", "place", "internal/nearest"},
	"kv":                 {"."},
	"kv/ref":             {".", "hash", "place", "kv", "backend/cpu"},
	"kv/kvtest":          {".", "kv", "backend/cpu", "*"},
	"ingest":             {".", "kv", "backend/cpu", "internal/nearest", "*"},
	"bench":              {".", "hash", "place", "plan", "columns", "backend", "backend/opencl", "kv", "kv/ref", "internal/nearest", "*"},
	"bench/gpu":          {".", "hash", "backend/opencl", "bench", "internal/backendtest", "*"},
	"bench/table":        {"bench"},
	"bench/trust":        {"bench"},
	"bench/insn":         {".", "hash", "place", "backend", "backend/cpu", "bench", "kv", "kv/ref"},
	"cmd/keymill":        {".", "hash", "place", "place/crush", "columns", "nodes", "plan", "plan/identify", "backend", "backend/simd", "backend/opencl", "kv", "kv/ref", "ingest", "bench", "internal/nearest", "internal/page", "internal/telemetry", "internal/wholefile", "*"},
	"cmd/libkeymill":     {".", "hash", "place", "backend"},

	"internal/telemetry":          {"*"},
	"internal/backendtest/verify": {".", "hash", "place", "backend", "bench", "internal/backendtest"},
	"internal/liveservers":        {},
	"internal/backendtest":        {".", "hash", "place", "internal/vectors"},
}

// TestImportDirection holds the packages to mayImport.
func TestImportDirection(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "_asm" || file == filepath.Join("bench", "peers")):
			return fs.SkipDir // bench/peers and _asm are modules of their own
		case entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		pkg := path.Dir(filepath.ToSlash(file))
		allowed, known := mayImport[pkg]
		require.True(t, known, "package %s is new: say in mayImport what it may import", pkg)
		seen[pkg] = true
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, spec := range parsed.Imports {
			name := importName(strings.Trim(spec.Path.Value, `"`))
			require.True(t, name == "" || slices.Contains(allowed, name), "%s imports %s: %s may not", file, spec.Path.Value, pkg)
		}
		return nil
	})
	require.NoError(t, err)
	for pkg := range mayImport {
		require.True(t, seen[pkg], "package %s is gone: take it out of mayImport", pkg)
	}
}

// importName is how mayImport calls what is imported: "" for the standard
// library, "*" for modules of others.
func importName(imported string) string {
	switch rest, ours := strings.CutPrefix(imported, module); {
	case ours && rest == "":
		return "."
	case ours && rest[0] == '/':
		return rest[1:]
	case strings.Contains(strings.Split(imported, "/")[0], "."):
		return "*"
	}
	return ""
}
