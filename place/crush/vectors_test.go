package crush_test

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/place/crush"
)

// vectorCase is what crushtool said of a rule of a map.
type vectorCase struct {
	Seed      int
	Map       string
	Rule      uint32
	Replicas  int `json:"num_rep"`
	Reweights map[string]float64
	Mappings  [][]int64 // x and its OSDs
}

func vectorCases(t *testing.T, file string) []vectorCase {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var f struct{ Cases []vectorCase }
	require.NoError(t, json.Unmarshal(text, &f))
	require.NotEmpty(t, f.Cases)
	return f.Cases
}

func (c *vectorCase) placer(t *testing.T) *crush.Placer {
	m, err := crush.Parse([]byte(c.Map))
	require.NoError(t, err, c.Map)
	if len(c.Reweights) == 0 {
		p, err := m.Placer(c.Rule, c.Replicas, crush.Options{})
		require.NoError(t, err)
		return p
	}
	all := m.OSDs()
	reweights := make([]uint32, all[len(all)-1].ID+1)
	for i := range reweights {
		reweights[i] = crush.In
	}
	for osd, weight := range c.Reweights {
		id, err := strconv.Atoi(osd)
		require.NoError(t, err)
		reweights[id] = uint32(weight * crush.In)
	}
	p, err := m.Placer(c.Rule, c.Replicas, crush.Options{Reweights: reweights})
	require.NoError(t, err)
	require.Equal(t, c.Replicas, p.Replicas())
	return p
}

const vectorFiles = "../../internal/vectors/testdata/"

// What crushtool places, each x by itself and all at once. CRUSH_VECTORS names another
// file, as testdata/vectors.py writes it.
func TestVectors(t *testing.T) {
	files := []string{vectorFiles + "ceph_crush_straw2.json", vectorFiles + "ceph_crush_maps.json"}
	if more := os.Getenv("CRUSH_VECTORS"); more != "" {
		files = append(files, more)
	}
	for _, file := range files {
		holes, short := 0, 0
		for i, c := range vectorCases(t, file) {
			p := c.placer(t)
			var xs []uint32
			var want []int32 // of all x
			for _, row := range c.Mappings {
				dst := make([]int32, c.Replicas)
				n := p.Place(dst, uint32(row[0]))
				require.Len(t, row, n+1)
				for j, osd := range row[1:] {
					require.Equal(t, int32(osd), dst[j], "%s: case %d, seed %d, rule %d, x %d\n%s", file, i, c.Seed, c.Rule, row[0], c.Map)
				}
				for j := n; j < len(dst); j++ {
					dst[j] = crush.None
				}
				xs, want = append(xs, uint32(row[0])), append(want, dst...)
				if slices.Contains(dst[:n], crush.None) {
					holes++
				}
				if n < c.Replicas {
					short++
				}
			}
			all := make([]int32, len(want))
			p.PlaceAll(all, xs)
			require.Equal(t, want, all)
		}
		if file == files[1] { // else the file shows too little
			require.Greater(t, holes, 100)
			require.Greater(t, short, 100)
		}
	}
}

// Without reweights all are in; beyond the end of the list an OSD is out.
func TestReweights(t *testing.T) {
	m, err := crush.Parse([]byte(small))
	require.NoError(t, err)
	place := func(o crush.Options) []int32 {
		p, err := m.Placer(0, 2, o)
		require.NoError(t, err)
		all := make([]int32, 2*1000)
		xs := make([]uint32, 1000)
		for i := range xs {
			xs[i] = uint32(i)
		}
		p.PlaceAll(all, xs)
		return all
	}
	in := []uint32{crush.In, crush.In, crush.In, crush.In}
	require.Equal(t, place(crush.Options{Reweights: in}), place(crush.Options{}))
	require.NotContains(t, place(crush.Options{Reweights: in[:3]}), int32(3))
	require.Equal(t, place(crush.Options{Reweights: in[:3]}), place(crush.Options{Reweights: []uint32{crush.In, crush.In, crush.In, 0}}))
	require.NotContains(t, place(crush.Options{Reweights: []uint32{}}), int32(0))

	// The weights that pool 7 has of its own turn half of what h0 and h1 have.
	require.NotEqual(t, place(crush.Options{}), place(crush.Options{Pool: 7}))
	require.Equal(t, place(crush.Options{}), place(crush.Options{Pool: 8}))
}

// TestPlaceAllocatesNothing counts what a placer allocates once it is made.
func TestPlaceAllocatesNothing(t *testing.T) {
	for _, c := range vectorCases(t, vectorFiles+"ceph_crush_maps.json") {
		p := c.placer(t)
		dst := make([]int32, 4*c.Replicas)
		x := uint32(0)
		require.Zero(t, testing.AllocsPerRun(20, func() {
			p.PlaceAll(dst, []uint32{x, x + 1, x + 2, x + 3})
			x++
		}))
	}
}

// BenchmarkPlace places three replicas on four hosts of three OSDs.
func BenchmarkPlace(b *testing.B) {
	text, err := os.ReadFile(vectorFiles + "ceph_crush_straw2.json")
	if err != nil {
		b.Fatal(err)
	}
	var f struct{ Cases []vectorCase }
	if err := json.Unmarshal(text, &f); err != nil {
		b.Fatal(err)
	}
	m, err := crush.Parse([]byte(f.Cases[0].Map))
	if err != nil {
		b.Fatal(err)
	}
	p, err := m.Placer(0, 3, crush.Options{})
	if err != nil {
		b.Fatal(err)
	}
	dst := make([]int32, 3)
	for x := uint32(0); b.Loop(); x++ {
		p.Place(dst, x)
	}
}
