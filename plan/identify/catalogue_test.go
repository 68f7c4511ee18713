package identify

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// byFlags places keys as keymill place does with those flags.
func byFlags(t *testing.T, flags string, parts uint32, keys [][]byte) (placed []uint32) {
	words := strings.Fields(flags)
	value := map[string]string{}
	for i := 0; i < len(words); i += 2 {
		value[words[i]] = words[i+1]
	}
	s, err := place.Lookup(value["--scheme"], parts)
	require.NoError(t, err, flags)
	p := keymill.Params{Scheme: s}
	if name := value["--hash"]; name != "" {
		p.Hash, err = hash.Parse(name)
		require.NoError(t, err, flags)
	}
	p.Seed, err = hash.ParseSeed(value["--seed"])
	require.NoError(t, err, flags)
	s, err = p.Resolve()
	require.NoError(t, err, flags)
	types := []columns.Type{{Kind: columns.String}}
	if name := value["--key-type"]; name != "" {
		types[0], err = columns.ParseType(name)
		require.NoError(t, err, flags)
	}
	e, err := columns.NewEncoder(s, types...)
	require.NoError(t, err, flags)
	b := e.Builder(0)
	for _, key := range keys {
		require.NoError(t, b.Append(key), flags)
	}
	var batch keymill.Batch
	require.NoError(t, e.Encode(&batch, b.Column()), flags)
	for i := range keys {
		_, part := e.Scheme().Place(batch.Key(i))
		placed = append(placed, part)
	}
	return placed
}

// The command that a function is shown with places as the function does; and functions
// that are there twice would be counted twice.
func TestCommands(t *testing.T) {
	keys := [][]byte{}
	for i := range 40 {
		keys = append(keys, fmt.Append(nil, i*i*977))
	}
	functions, presets, _ := catalogue(t.Context(), keys, Options{Seeds: []hash.Seed{hash.Seed64(7)}})
	names, commands := map[string]bool{}, 0
	for i, f := range functions {
		require.Equal(t, i < presets, f.preset != nil)
		name := fmt.Sprint(f.rule, "|", f.seed, "|", f.form.name, "|", f.types, "|", f.variant)
		if f.preset != nil {
			name = f.preset.Name + "|" + name
		}
		require.False(t, names[name], name)
		names[name] = true
		if f.command == "" {
			continue
		}
		commands++
		parts := max(f.fixed, 64) // also a power of two
		require.Equal(t, byFlags(t, f.command, parts, keys), f.placeAll(keys, parts), f.command)
	}
	require.Greater(t, commands, 300)
	for _, p := range place.Presets() {
		found := !hasSystem(p.Name)
		for _, f := range functions[:presets] {
			found = found || f.preset.Name == p.Name
		}
		require.True(t, found, "%s is not tried", p.Name)
	}
	for _, h := range hash.All() {
		found := h == hash.Java31UTF16 // text, only
		for _, f := range functions[presets:] {
			found = found || f.hash == h
		}
		require.True(t, found, "%s is not tried", h)
	}
}

// Every reduction that takes no members is tried: so a new one is not forgotten.
func TestRulesHaveEveryReduction(t *testing.T) {
	have := map[place.Reduce]bool{
		place.ReduceNone: true, place.ReduceTable: true, place.ReduceRendezvous: true, // of members, or none
		place.ReduceRing: true, // of members; and of Citus and Vitess, by their presets
		place.ReduceMask: true, // is mod where it can be
	}
	folds := map[place.Fold]bool{place.FoldNoMin: true} // differs on one number
	for _, r := range rules {
		have[r.scheme.Reduce], folds[r.scheme.Fold] = true, true
	}
	for r := range place.Reduce(place.NumReduces) {
		require.True(t, have[r], r)
	}
	for f := place.FoldNone; f <= place.FoldNoMin; f++ {
		require.True(t, folds[f], f)
	}
}
