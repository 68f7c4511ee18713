// Package cases keeps cases.txt, which says what the OpenCL kernel has to compute: keys, and their
// hashes and partitions under the definitions of packages hash and place. The harness in C reads it.
//
//	go test ./kernels/harness/cases -update    # writes it anew
package cases

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
	"github.com/keymill/keymill/place"
)

var update = flag.Bool("update", false, "write cases.txt anew")

// TestCases fails if cases.txt is not what the definitions say.
func TestCases(t *testing.T) {
	want := written(t)
	if *update {
		require.NoError(t, os.WriteFile("cases.txt", want, 0o644))
	}
	got, err := os.ReadFile("cases.txt")
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "cases.txt is stale: go test ./kernels/harness/cases -update")
}

const header = `# What the OpenCL kernel has to compute, by the definitions of packages hash and place.
# Written by: go test ./kernels/harness/cases -update
#
# hash NUMBER NAME BITS SEED_LO SEED_HI          a hash function and its own seed
# keys NAME WIDTH N                              N keys, WIDTH 0: of any lengths; N lines of hex follow, null or empty
# table NAME POINTS MEMBERS WEIGHTED             a table of members; its points follow, then its members: owners or weights. The
#                                                last 512 points of one that is WEIGHTED are its logarithms
# column NAME HASH KEYS BITS SEED_LO SEED_HI TAGS WORD8 EMPTY_UNPLACED FOLD ADD REDUCE DROP PARTITIONS ROUTE TABLE NULL_HASH NULL_PART
#                                                a scheme on all keys of that name; for each a line follows: hash, partition
# Numbers of functions, folds and reductions are those of the packages. BITS reach the reduction. Hashes, seeds, points
# and ADD are in hex. The partition - is none, and so is the TABLE -.
`

type keySet struct {
	name  string
	width int
	keys  [][]byte // nil: a null key
}

// file is cases.txt as it is written.
type file struct {
	bytes.Buffer
	rng  *rand.Rand
	sets map[string]keySet

	tables map[*place.Table]string // those that are written, by name
}

func written(t *testing.T) []byte {
	t.Helper()
	f := &file{rng: rand.New(rand.NewPCG(1, 2)), sets: map[string]keySet{}, tables: map[*place.Table]string{}}
	f.WriteString(header)
	for _, h := range hash.All() {
		seed := h.ResolveSeed(hash.Seed{})
		fmt.Fprintf(f, "hash %d %s %d %x %x\n", h, h, h.Bits(), seed.Lo, seed.Hi)
	}
	f.keySets()
	f.numbers()
	for _, h := range hash.All() {
		f.columnsOf(t, h)
	}
	f.presets(t)
	f.reductions(t)
	return f.Bytes()
}

func (f *file) random(n int) []byte {
	key := make([]byte, n)
	for i := range key {
		key[i] = byte(f.rng.Uint32())
	}
	return key
}

// keySets writes the keys: lengths at which functions branch, texts with hash tags, and widths that
// have programs of their own and others. Some sets are larger than a work group.
func (f *file) keySets() {
	ragged := keySet{name: "ragged"}
	for n := range 49 {
		ragged.keys = append(ragged.keys, f.random(n))
	}
	ragged.keys = append(ragged.keys, nil)
	for _, n := range []int{
		63, 64, 65, 80, 95, 96, 97, 112, 127, 128, 129, 144, 160, 191, 192, 193, 224, 239, 240, 241, 242,
		255, 256, 257, 319, 320, 321, 511, 512, 513, 1023, 1024, 1025, 1087, 1088, 1089, 2049,
	} {
		ragged.keys = append(ragged.keys, f.random(n))
	}
	f.keys(ragged)

	texts := keySet{name: "texts"}
	for _, key := range []string{
		"", "{", "}", "{}", "{a", "a}", "{a}", "{}{a}", "}{a}", "a{b}c", "{a}{b}", "{{a}}", "x{y}z{w}", "user:{1001}:name",
		"user:1001", "12345678", "\x00\x00\x00\x00\x00\x00\x00\x00", "\xff\xff\xff\xff\xff\xff\xff\xff", "schlüssel", "{schlüssel}",
	} {
		texts.keys = append(texts.keys, []byte(key))
	}
	texts.keys = append(texts.keys, nil)
	for i := range 60 {
		key := fmt.Appendf(nil, "{user:%d}:%x", f.rng.Uint32()%1e6, f.random(i%12))
		texts.keys = append(texts.keys, key[i%3*4:])
	}
	f.keys(texts)

	for _, width := range []int{4, 8, 16, 24, 32, 1, 12, 19} {
		set := keySet{name: fmt.Sprintf("width%d", width), width: width}
		n := 20
		if width == 8 || width == 16 {
			n = 70
		}
		for i := range n {
			if i == 13 {
				set.keys = append(set.keys, nil)
			} else {
				set.keys = append(set.keys, f.random(width))
			}
		}
		if width == 16 {
			set.keys = append(set.keys, backendtest.SmallestToken())
		}
		f.keys(set)
	}
}

// numbers writes keys of 8 bytes, as they are where reductions may go wrong.
func (f *file) numbers() {
	set := keySet{name: "numbers", width: 8}
	for _, n := range []uint64{0, 1, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 128, 1<<32 - 1, 1 << 32, 1<<63 - 1, 1 << 63, 1<<64 - 1, 0xFFFFFFFF_80000000} {
		set.keys = append(set.keys, binary.LittleEndian.AppendUint64(nil, n))
	}
	f.keys(set)
}

func (f *file) keys(set keySet) {
	f.sets[set.name] = set
	fmt.Fprintf(f, "keys %s %d %d\n", set.name, set.width, len(set.keys))
	for _, key := range set.keys {
		switch {
		case key == nil:
			f.WriteString("null\n")
		case len(key) == 0:
			f.WriteString("empty\n")
		default:
			f.WriteString(hex.EncodeToString(key) + "\n")
		}
	}
}

// columnsOf writes what one function makes of all keys, with its own seed and with others.
func (f *file) columnsOf(t *testing.T, h hash.Func) {
	t.Helper()
	seeded := place.Scheme{Hash: h, Seed: f.seed(h)}
	f.column(t, "ragged", place.Scheme{Hash: h})
	if seeded.Seed.IsSet() {
		s := seeded
		s.Reduce, s.Parts = place.ReduceMod, 1000003
		f.column(t, "ragged", s)
	}
	f.column(t, "texts", place.Scheme{Hash: h, Reduce: place.ReduceFastrange, Parts: 12})
	reductions := []place.Scheme{place.Mod(12), place.Fastrange(1000), place.Mask(1024), place.Jump(100), {Reduce: place.ReduceAbsMod, Parts: 7}}
	for i, width := range []int{4, 8, 16, 24, 32, 1, 12, 19} {
		s := seeded
		r := reductions[(i+int(h))%len(reductions)]
		s.Reduce, s.Parts = r.Reduce, r.Parts
		f.column(t, fmt.Sprintf("width%d", width), s)
	}
}

func (f *file) seed(h hash.Func) hash.Seed {
	switch h.SeedKind() {
	case hash.SeedBits32:
		return hash.Seed64(uint64(f.rng.Uint32()))
	case hash.SeedBits64:
		return hash.Seed64(f.rng.Uint64())
	case hash.SeedKey128:
		return hash.SeedKey([16]byte(f.random(16)))
	}
	return hash.Seed{}
}

// presets writes the placements of real systems.
func (f *file) presets(t *testing.T) {
	t.Helper()
	for _, p := range place.Presets() {
		parts := p.Parts
		if parts == 0 {
			parts = 16
		}
		s, err := place.Lookup(p.Name, parts)
		require.NoError(t, err)
		f.column(t, "texts", s)
		f.column(t, "width8", s)
	}
}

// reductions writes every reduction at the ends of what it takes.
func (f *file) reductions(t *testing.T) {
	t.Helper()
	for _, parts := range []uint32{1, 2, 3, 12, 255, 65536, 65537, 1<<31 - 1, place.MaxParts} {
		for r := place.ReduceMod; int(r) < place.NumReduces; r++ {
			if r.LooksUp() && parts > 1000 {
				continue
			}
			table := backendtest.TableOf(r, parts)
			for fold := place.FoldNone; fold <= place.FoldNoMin; fold++ {
				s := place.Scheme{Hash: hash.FNV1a64, Reduce: r, Parts: parts, Fold: fold, Table: table}
				if s.Check() == nil { // mask takes no 3
					f.column(t, "width4", s)
				}
			}
		}
		f.column(t, "width4", place.Scheme{Hash: hash.FNV1a32, Reduce: place.ReduceAbsMod, Parts: parts})
		f.column(t, "width4", place.Scheme{Hash: hash.FNV1a32, Reduce: place.ReduceFastrange, Parts: parts})
		f.column(t, "width4", place.Scheme{Hash: hash.FNV1a32, Reduce: place.ReducePmod, Parts: parts})
	}
	for _, s := range []place.Scheme{
		{Add: 1 << 63, Reduce: place.ReduceFastrange, Parts: 1000}, {Reduce: place.ReduceFastrange, Drop: 12, Parts: 1000},
		{Fold: place.FoldSwap, Add: 0x123456789abcdef, Reduce: place.ReduceMask, Parts: 4096, Null: place.NullZero},
		{Reduce: place.ReduceMod, Parts: 7, Route: 700, Null: place.NullAsEmpty},
		{Reduce: place.ReduceAbsMod, Parts: 7, Route: 700}, {Reduce: place.ReducePmod, Parts: 7, Route: 700, Null: place.NullSeed},
	} {
		for _, s.Hash = range []hash.Func{hash.XXH3, hash.FNV1a64} {
			f.column(t, "width8", s)
			f.column(t, "texts", s)
		}
	}
	// Words that are their own hashes reach any number.
	for r := place.ReduceMod; int(r) < place.NumReduces; r++ {
		if r == place.ReduceRendezvous {
			continue // it scores any number alike
		}
		s := place.Scheme{Hash: hash.FNV1a64, Word8: true, Reduce: r, Parts: 128, Table: backendtest.TableOf(r, 128)}
		for fold := place.FoldNone; fold <= place.FoldNoMin; fold++ {
			s.Fold = fold
			f.column(t, "numbers", s)
		}
		if r == place.ReduceRing {
			points := keySet{name: "points", width: 8}
			for _, point := range s.Table.Points()[:40] {
				points.keys = append(points.keys, binary.LittleEndian.AppendUint64(nil, point), binary.LittleEndian.AppendUint64(nil, point+1))
			}
			f.keys(points)
			s.Fold = place.FoldNone
			f.column(t, "points", s)
		}
	}
}

func (f *file) column(t *testing.T, keys string, s place.Scheme) {
	t.Helper()
	require.NoError(t, s.Check())
	s = s.With(hash.Default, hash.Seed{})
	name := s.Name
	if name == "" {
		name = s.Reduce.String()
	}
	seed := s.Hash.ResolveSeed(s.Seed)
	table := f.table(s)
	nullHash, nullPart := s.PlaceNull()
	fmt.Fprintf(f, "column %s %d %s %d %x %x %d %d %d %d %x %d %d %d %d %s %x %s\n", name, s.Hash, keys, s.Bits(), seed.Lo, seed.Hi,
		bit(s.Span == place.SpanHashTag), bit(s.Word8), bit(s.EmptyUnplaced), s.Fold, s.Add, s.Reduce, s.Drop, s.Parts, s.Route, table,
		nullHash, part(nullPart))
	for _, key := range f.sets[keys].keys {
		h, p := nullHash, nullPart
		if key != nil {
			h, p = s.Place(key)
		}
		fmt.Fprintf(f, "%x %s\n", h, part(p))
	}
}

// table writes the table of a scheme, once, and returns its name.
func (f *file) table(s place.Scheme) string {
	t := s.Table
	if !s.Reduce.LooksUp() {
		return "-"
	}
	if name, ok := f.tables[t]; ok {
		return name
	}
	points, members := slices.Clone(t.Points()), t.Owners()
	if t.Weights() != nil {
		logarithms := place.SurpriseTable()
		points, members = append(points, logarithms[:]...), t.Weights()
	}
	name := fmt.Sprintf("%s%d", s.Reduce, len(f.tables))
	f.tables[t] = name
	fmt.Fprintf(f, "table %s %d %d %d\n", name, len(points), len(members), bit(t.Weights() != nil))
	for _, point := range points {
		fmt.Fprintf(f, "%x\n", point)
	}
	for _, member := range members {
		fmt.Fprintf(f, "%d\n", member)
	}
	return name
}

func part(p uint32) string {
	if p == place.NoPartition {
		return "-"
	}
	return fmt.Sprint(p)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
