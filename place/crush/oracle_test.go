package crush_test

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/place/crush"
)

type vectorCase struct {
	Map       string
	Rule      uint32
	NumRep    int `json:"num_rep"`
	Reweights map[string]float64
	Mappings  [][]int64
	Seed      int
}

func TestOracle(t *testing.T) {
	files := []string{"../../internal/vectors/testdata/ceph_crush_straw2.json"}
	if f := os.Getenv("ORACLE"); f != "" {
		files = append(files, f)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var file struct{ Cases []vectorCase }
		require.NoError(t, json.Unmarshal(text, &file))
		bad, empty := 0, 0
		for i, c := range file.Cases {
			m, err := crush.Parse([]byte(c.Map))
			require.NoError(t, err, "case %d %d\n%s", i, c.Seed, c.Map)
			var re []uint32
			osds := m.OSDs()
			if len(osds) > 0 {
				re = make([]uint32, osds[len(osds)-1].ID+1)
			}
			for i := range re {
				re[i] = crush.In
			}
			for k, v := range c.Reweights {
				n, _ := strconv.Atoi(k)
				if n < len(re) {
					re[n] = uint32(v * 65536)
				}
			}
			p, err := m.Placer(c.Rule, c.NumRep, crush.Options{Reweights: re})
			require.NoError(t, err)
			if len(c.Mappings) == 0 {
				empty++
			}
			dst := make([]int32, c.NumRep)
			for _, row := range c.Mappings {
				n := p.Place(dst, uint32(row[0]))
				got := []int64{row[0]}
				for _, o := range dst[:n] {
					got = append(got, int64(o))
				}
				if !equalRows(got, row) {
					bad++
					t.Logf("case %d seed %d rule %d n %d: want %v got %v", i, c.Seed, c.Rule, c.NumRep, row, got)
					t.Fail()
					break
				}
			}
		}
		t.Log(name, len(file.Cases), "cases", bad, "bad", empty, "empty")
	}
}

func equalRows(a, b []int64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
