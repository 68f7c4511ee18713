package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/place"
)

// docs/schemes.md is what the program says, on every machine.
func TestSchemesPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/schemes.md")
	require.NoError(t, err)
	require.Equal(t, done(t, "", "place", "--list", "--markdown"), string(page),
		"go run ./cmd/keymill place --list --markdown > docs/schemes.md writes it anew")
}

func TestList(t *testing.T) {
	var all schemeList
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "place", "--list", "--json")), &all))
	require.Len(t, all.Schemes, len(allSchemeNames()))
	byName := map[string]schemeInfo{}
	text := done(t, "", "place", "--list")
	for i, s := range all.Schemes {
		require.Equal(t, allSchemeNames()[i], s.Name)
		byName[s.Name] = s
		require.Equal(t, 2, strings.Count(text, "\n"+s.Name+" "), "%s has a line in two tables", s.Name)
		for _, part := range []string{s.System, s.Rule, s.Source} {
			require.Contains(t, text, part)
		}
	}
	require.Equal(t, schemeInfo{
		Name: "redis", System: "Redis and Valkey Cluster, the slot", Rule: "crc16 of the hash tag & 16383",
		Source: "Redis Cluster specification, Key distribution model", Keys: "bytes", Hash: "crc16", Reduce: "mask", Partitions: 16384,
		Runs: runsOn{"loops", "kernels", "kernels: hash, reduction", "kernel"},
	}, byName["redis"])
	require.True(t, byName["ketama"].Nodes)
	require.Equal(t, "utf16", byName["elasticsearch"].Keys)
	require.Equal(t, runsOn{"loops", "kernels: hash", "loops", "kernel"}, byName["citus"].Runs)
	require.Contains(t, all.Left, leftWork{"simd on amd64", []string{"des-mac"}, "each of its steps looks up tables, which vectors do a lane at a time"})

	for says, args := range map[string][]string{
		"--list takes no file":              {"place", "--list", "keys.txt"},
		"--markdown and --json: choose one": {"place", "--list", "--markdown", "--json"},
		"--markdown goes with --list":       {"place", "--markdown", "--scheme", "redis"},
	} {
		_, errs, code := call(t, "", args...)
		require.Equal(t, exitUsage, code)
		require.Contains(t, errs, says)
	}
}

// Every backend that works here runs every scheme, as the list says.
func TestEveryBackendRunsTheList(t *testing.T) {
	schemes := map[string]place.Scheme{}
	for _, p := range place.Presets() {
		s, err := p.Example()
		require.NoError(t, err)
		schemes[p.Name] = s
	}
	for _, p := range place.MemberPresets() {
		s, err := p.Example()
		require.NoError(t, err)
		schemes[p.Name] = s
	}
	keys := keymill.NewBatch("", "user:1001", "{a}b", "12345678", "ein längerer Schlüssel, der über mehrere Blöcke geht")
	for _, e := range backend.List() {
		if e.Err != nil {
			continue
		}
		for name, s := range schemes {
			s.Keys = place.KeysBytes
			var got keymill.Placement
			got.Resize(keymill.OutParts|keymill.OutHashes, keys.Len(), 0)
			params := keymill.Params{Scheme: s}
			err := e.Backend.Place(&got, &keys, params)
			if e.Device && onOpenCL(s) != "kernel" && err != nil {
				require.ErrorIs(t, err, keymill.ErrUnsupported, "%s: %s", e.Name, name)
				continue
			}
			require.NoError(t, err, "%s: %s", e.Name, name)
			require.NoError(t, keymill.Verify(&got, &keys, params), "%s: %s", e.Name, name)
		}
	}
}
