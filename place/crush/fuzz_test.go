package crush_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/place/crush"
)

// A text is a map or an error; and what a map places is an OSD of it, a bucket or a
// hole, the same at each call, also beside other x.
func FuzzParse(f *testing.F) {
	f.Add([]byte(small), uint32(1), 3)
	f.Add([]byte(chain(5)), uint32(7), 1)
	f.Add([]byte(strings.NewReplacer("class hdd", "", "\tid -4", "#", "\tid -5", "#", "\tid -6", "#", "straw2", "uniform",
		"fallback_tries 0", "fallback_tries 3").Replace(small)), uint32(3), 4)
	f.Add([]byte("type 1 a a a{id -1 alg straw2}rule{id 0 type replicated step take a step chooseleaf indep 3 type a step emit}"), uint32(0), 2)
	f.Fuzz(func(t *testing.T, text []byte, x uint32, replicas int) {
		m, err := crush.Parse(text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		replicas = 1 + int(uint(replicas)%8)
		for _, r := range m.Rules() {
			if m.Work(r.ID, replicas) > 1e6 {
				continue // it ends, but not in time
			}
			p, err := m.Placer(r.ID, replicas, crush.Options{Reweights: []uint32{0x8000, crush.In, 0, crush.In}, Pool: 7})
			require.NoError(t, err)
			all := make([]int32, 3*replicas)
			p.PlaceAll(all, []uint32{x, x + 1, x})
			require.Equal(t, all[:replicas], all[2*replicas:])
			for _, item := range all {
				require.True(t, item == crush.None || item < 0 || item < 4 ||
					slices.ContainsFunc(m.OSDs(), func(o crush.OSD) bool { return o.ID == item }), item)
			}
		}
	})
}
