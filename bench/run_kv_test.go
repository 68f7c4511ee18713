package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each store has each row of the table, has the same results as the others, and
// a process of its own, which is gone at the end.
func TestStoreTable(t *testing.T) {
	t.Parallel()
	lives := t.TempDir()
	c := small(Config{Table: "kv", Worker: be("worker", lives), Disk: true})
	c.Workloads = []string{"uniform1-32"}
	// As if it were on disk, and in another language.
	c.Peers.Disk = []StoreSide{{Name: "an honest map", Command: be("worker", lives)}}
	report, err := Run(t.Context(), c)
	require.NoError(t, err)
	sound(t, report)

	var want []string
	for _, work := range storeWorks(false) {
		want = append(want, work.name("uniform1-32"))
	}
	require.Equal(t, want, names(report))
	require.Equal(t, "load uniform1-32", want[0])
	require.Equal(t, "load uniform1-32, batches of 1024", want[1])
	peers := []string{"map and RWMutex", "an honest map"}
	for _, name := range want {
		require.Equal(t, peers, peersOf(report, name))
	}
	for _, row := range report.Rows {
		batches := strings.Contains(row.Name, "batches")
		assert.Equal(t, batches, row.Ours == "kv/ref in batches", row.Name)
		assert.Equal(t, !batches, row.Ours == "kv/ref", row.Name)
		assert.Equal(t, !strings.HasPrefix(row.Name, "miss") && !strings.Contains(row.Name, "goroutines"), row.RoofShare != nil, row.Name)
	}

	var memory []string
	for _, m := range report.Memory {
		memory = append(memory, m.Store+" "+m.Keys)
		if strings.HasPrefix(report.Machine.System, "linux/") {
			assert.Greater(t, m.PerRow, 60.0, "values alone are 58 bytes in the mean: %s", m.Store)
			assert.Less(t, m.PerRow, 2000.0, m.Store)
		}
	}
	require.Equal(t, []string{"kv/ref uniform1-32", "map and RWMutex uniform1-32", "an honest map uniform1-32"}, memory)
	var fsync, reads int
	for _, l := range report.Roof {
		assert.Positive(t, l.NS, l.Name)
		switch l.Unit {
		case "fsync":
			fsync++
		case "read":
			reads++
		}
	}
	require.Equal(t, 1, fsync)
	require.Equal(t, 2*len(pageKinds()), reads)

	records, err := os.ReadDir(lives)
	require.NoError(t, err)
	require.Len(t, records, 2*3, "each worker has begun and has ended")
}

// tableOf makes the groups of small stores, without the random reads, which take
// their time, and the folder that they are in.
func tableOf(t *testing.T, c Config) (*storeTables, []*group, error) {
	t.Helper()
	c = quick(c)
	s := &storeTables{Config: c, ctx: t.Context(), report: &Report{}, rows: minKeys, walker: newWalker(make([]uint64, 1<<10))}
	groups, err := s.family("user", filepath.Join(t.TempDir(), "rows"))
	return s, groups, err
}

// A store that loses one value of 32,768, or finds what is not there, ends the
// run, and is named.
func TestWrongStoresAreFound(t *testing.T) {
	t.Parallel()
	for i, row := range map[int]string{1: "load user", 2: "miss user"} {
		s, groups, err := tableOf(t, Config{Worker: be("worker"), Only: row, Peers: Peers{Store: []StoreSide{planted[0], planted[i]}}})
		require.NoError(t, err)
		err = newRunner(minRounds).run(t.Context(), groups)
		require.ErrorContains(t, err, row+": ")
		require.ErrorContains(t, err, planted[i].Name)
		require.ErrorContains(t, err, "what differs cannot be compared")
		require.NoError(t, s.close())
	}
}

// Each run of a row has other rows, the same for each store, but a load has all.
func TestStoresHaveTheNextRows(t *testing.T) {
	t.Parallel()
	s, groups, err := tableOf(t, Config{Worker: be("worker")})
	require.NoError(t, err)
	for _, g := range groups {
		digests := map[uint64]bool{}
		for batch := range g.batches {
			_, ours, err := g.ours[0].run(batch)
			require.NoError(t, err)
			_, theirs, err := g.peers[0].run(batch)
			require.NoError(t, err)
			require.Equal(t, ours, theirs, "%s, batch %d", g.name, batch)
			digests[ours] = true
		}
		switch {
		case strings.HasPrefix(g.name, "miss"):
			require.Equal(t, map[uint64]bool{storeRun: true}, digests)
		case strings.HasPrefix(g.name, "load"):
			require.Equal(t, 1, g.batches)
		default:
			require.Equal(t, minKeys/storeRun, g.batches)
			require.Len(t, digests, g.batches, g.name)
		}
	}
	require.NoError(t, s.close())
}

// A store that fails, or a worker that dies, ends the run; and then no worker is
// left.
func TestFailingStores(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		side StoreSide
		says string
	}{
		{planted[3], " be worker: no; room"},
		{planted[4], ": " + errNoRoom.Error()},
		{StoreSide{Name: "dead", Command: be("dead")}, "it has ended: "},
		{StoreSide{Name: "unknown"}, "no store is called unknown"},
	} {
		s, _, err := tableOf(t, Config{Worker: be("worker"), Peers: Peers{Store: []StoreSide{c.side}}})
		require.ErrorContains(t, err, c.says)
		require.NoError(t, s.close())
		require.Len(t, s.workers, 2, "those that were started")
		for _, w := range s.workers {
			require.True(t, w.cmd.ProcessState.Success())
		}
	}
	// In the middle of the run.
	s, groups, err := tableOf(t, Config{Worker: be("worker"), Peers: Peers{Store: []StoreSide{{Name: "frail", Command: be("say once", "ok", "0")}}}})
	require.NoError(t, err)
	err = newRunner(minRounds).run(t.Context(), groups)
	require.EqualError(t, err, "load user: frail: it has ended: unexpected EOF")
	require.EqualError(t, s.close(), "exit status 5")
}

// A run that ends with an error leaves neither workers nor files behind.
func TestFailedRunsLeaveNothing(t *testing.T) {
	lives, temp := t.TempDir(), t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temp)
	}
	for _, c := range []Config{
		{Table: "kv", Worker: be("worker", lives), Peers: Peers{Store: []StoreSide{{Name: "dead", Command: be("dead")}}}},
		{Table: "kv", Worker: be("worker", lives), Workloads: []string{"user", "paths"}, Paths: "gone"},
	} {
		_, err := Run(t.Context(), small(c))
		require.Error(t, err)
	}
	records, err := os.ReadDir(lives)
	require.NoError(t, err)
	require.Len(t, records, 2*4)
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, left)
}

// A batch is asked for where a store has it; a run of a batch has rows of its own.
func TestStoreGroups(t *testing.T) {
	s := &storeTables{rows: 3*storeRun + 5, walker: newWalker(make([]uint64, 1<<10))}
	load, hit := s.group(storeWork{opLoad, false, 1}, "user"), s.group(storeWork{opHit, false, 1}, "user")
	require.Equal(t, []int{3*storeRun + 5, 1, minRounds + 1}, []int{load.keys, load.batches, load.rounds})
	require.Equal(t, []int{storeRun, 3, 0}, []int{hit.keys, hit.batches, hit.rounds})
	s.rows = 100
	require.Equal(t, 100, s.group(storeWork{opHit, false, 1}, "user").keys)
	require.Equal(t, "mixed user, 4 goroutines", storeWork{opMixed, false, 4}.name("user"))
	require.Equal(t, "hit uuid, batches of 1024, 2 goroutines", storeWork{opHit, true, 2}.name("uuid"))
	require.Len(t, storeWorks(true), 8)
	for _, work := range storeWorks(true) {
		require.Equal(t, 1, work.goroutines, fmt.Sprint(work))
	}
}
