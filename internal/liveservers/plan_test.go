package liveservers

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan"
)

// plannedKeys is how many keys are in the cluster whose slots move.
const plannedKeys = 20_000

// password is that of the cluster, with all that a shell or a list of words could take apart.
const password = `a "b" $c \'d`

var authenticate = fmt.Sprintf("*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n", len(password), password)

// listNodes makes a list of nodes of what a cluster says of itself: docs/CLI.md has this line.
const listNodes = `redis-cli -p "$1" cluster nodes | awk '$3 ~ /master/ {
	sub(/@.*/, "", $2); list = ""; for (i = 9; i <= NF; i++) list = list "," $i; print $2 " partitions=" substr(list, 2) }' | sort`

// redisCluster is a cluster of masters on this machine.
type redisCluster struct {
	host    // of the clients
	names   []string
	sockets []string
	keymill string
}

// addServer starts one more master.
func (c *redisCluster) addServer(t *testing.T, redis string) {
	h, port := newHost(t), freePort(t)
	socket := filepath.Join(h.folder, "redis")
	h.start(t, func() error {
		_, err := ask(socket, authenticate, 1)
		return err
	}, redis, "--requirepass", password, "--cluster-enabled", "yes", "--bind", "127.0.0.1", "--port", port, "--unixsocket", socket,
		"--unixsocketperm", "777", "--save", "", "--dir", h.folder)
	c.names, c.sockets = append(c.names, "127.0.0.1:"+port), append(c.sockets, socket)
}

// agree waits until all masters know each other and the slots of all, and take commands.
func (c *redisCluster) agree(t *testing.T) {
	require.Eventually(t, func() bool {
		for _, name := range c.names {
			out, err := c.command("redis-cli", "--cluster", "check", name).CombinedOutput()
			if err != nil || !strings.Contains(string(out), fmt.Sprintf("in %d masters", len(c.names))) {
				return false
			}
			_, port, _ := strings.Cut(name, ":")
			if out, err = c.command("redis-cli", "-p", port, "cluster", "info").Output(); err != nil || !strings.Contains(string(out), "cluster_state:ok") {
				return false
			}
		}
		return true
	}, 20*time.Second, 50*time.Millisecond, "the masters agree")
}

// keysOf returns the keys that a master has.
func (c *redisCluster) keysOf(t *testing.T, node int) (keys []string) {
	conn, err := net.Dial("unix", c.sockets[node])
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = conn.Write([]byte(authenticate + "*2\r\n$4\r\nKEYS\r\n$1\r\n*\r\n"))
	require.NoError(t, err)
	in := bufio.NewReader(conn)
	_, err = in.ReadString('\n')
	require.NoError(t, err)
	number := func(kind byte) int {
		line, err := in.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, kind, line[0], line)
		n, err := strconv.Atoi(strings.TrimSpace(line[1:]))
		require.NoError(t, err)
		return n
	}
	for range number('*') {
		key := make([]byte, number('$')+2)
		_, err := io.ReadFull(in, key)
		require.NoError(t, err)
		keys = append(keys, string(key[:len(key)-2]))
	}
	slices.Sort(keys)
	return keys
}

// file writes a file into the folder of the clients.
func (c *redisCluster) file(t *testing.T, name, contents string) string {
	path := filepath.Join(c.folder, name)
	require.NoError(t, os.WriteFile(path, []byte(contents), 0o644))
	return path
}

// nodes writes the list of the nodes as they are.
func (c *redisCluster) nodes(t *testing.T, name string) string {
	_, port, _ := strings.Cut(c.names[0], ":")
	return c.file(t, name, run(t, c.command("sh", "-c", listNodes, "sh", port), nil))
}

// plan runs `keymill plan` and returns what it prints.
func (c *redisCluster) plan(t *testing.T, args ...string) string {
	return run(t, exec.Command(c.keymill, append([]string{"plan"}, args...)...), nil)
}

// move runs the script that a plan is emitted as.
func (c *redisCluster) move(t *testing.T, emit ...string) (script string) {
	script = c.plan(t, append([]string{"emit", "--to", "redis-cli"}, emit...)...)
	out, err := c.command("sh", c.file(t, "moves.sh", script)).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "done: all slots are where the plan has them")
	return script
}

// TestPlannedMoves gives the slots of a real cluster of three masters to a fourth one, as
// planned, and finds on that exactly the keys that were said to move. Then it moves some slots
// back that are not the first of their master.
func TestPlannedMoves(t *testing.T) {
	redis, err := program("redis-server", "")
	if err != nil {
		missing(t, "redis", err)
	}
	if _, err := program("redis-cli", ""); err != nil {
		missing(t, "redis", err)
	}
	t.Setenv("REDISCLI_AUTH", password)
	docs, err := os.ReadFile("../../docs/CLI.md")
	require.NoError(t, err)
	require.Contains(t, string(docs), "\n"+listNodes+"\n")
	c := &redisCluster{host: newHost(t)}
	c.keymill = filepath.Join(t.TempDir(), "keymill")
	out, err := exec.Command("go", "build", "-o", c.keymill, "../../cmd/keymill").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for range 4 {
		c.addServer(t, redis)
	}
	fourth := c.names[3]
	c.names = c.names[:3]
	run(t, c.command(slices.Concat([]string{"redis-cli", "--cluster", "create"}, c.names, []string{"--cluster-yes"})...), nil)
	c.agree(t)

	keys, slots, hexLines := clusterKeys(t)
	input := c.file(t, "keys", hexLines)
	old := c.nodes(t, "old")
	c.fill(t, keys, slots, old)
	before := [][]string{c.keysOf(t, 0), c.keysOf(t, 1), c.keysOf(t, 2)}
	require.Equal(t, plannedKeys, len(before[0])+len(before[1])+len(before[2]))
	run(t, c.command("redis-cli", "--cluster", "add-node", fourth, c.names[0]), nil)
	c.names = append(c.names, fourth)
	c.agree(t)

	all := c.file(t, "all", strings.Join(c.names, "\n"))
	movedFile := filepath.Join(c.folder, "moved")
	planned := c.file(t, "plan", c.plan(t, "reshard", "--scheme", "redis", "--nodes", old, "--to-nodes", all, "--rebalance", "--by", "partitions",
		"--key-encoding", "hex", "--moved", movedFile, "--json", input))
	script := c.move(t, planned)
	require.NotContains(t, script, "\nthese ", "reshard takes the first slots")
	moved := movedKeys(t, movedFile)
	require.Greater(t, len(moved), plannedKeys/5)
	require.Equal(t, moved, c.keysOf(t, 3))
	for node, had := range before {
		require.Equal(t, without(had, moved), c.keysOf(t, node))
	}

	// The same plan again is of other slots, and moves nothing.
	out, err = c.command("sh", filepath.Join(c.folder, "moves.sh")).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "make it anew")

	// Some of the fourth's back: the 20 slots that have most.
	now := c.nodes(t, "now")
	planned = c.file(t, "plan", c.plan(t, "reshard", "--scheme", "redis", "--nodes", now, "--to-nodes", c.file(t, "three", strings.Join(c.names[:3], "\n")),
		"--rebalance", "--key-encoding", "hex", "--json", input))
	script = c.move(t, "--max-moves", "20", "--largest-first", planned)
	require.Contains(t, script, "\nthese ", "single slots")
	var report plan.Reshard
	text, err := os.ReadFile(planned)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &report))
	moves, err := report.Moves(20, true)
	require.NoError(t, err)
	back := map[uint32]string{}
	for _, m := range moves {
		back[m.Partition] = m.To
	}
	want := [][]string{c.keysOf(t, 0), c.keysOf(t, 1), c.keysOf(t, 2), nil}
	for node := range want[:3] {
		want[node] = without(before[node], moved)
	}
	returned := 0
	for i, key := range keys {
		if _, found := slices.BinarySearch(moved, key); found {
			node := 3
			if to, moves := back[slots[i]]; moves {
				node = slices.Index(c.names, to)
				returned++
			}
			want[node] = append(want[node], key)
		}
	}
	require.Greater(t, returned, 100)
	for node := range want {
		slices.Sort(want[node])
		require.Equal(t, want[node], c.keysOf(t, node), "node %d", node)
	}
	c.agree(t)
}

// clusterKeys makes different keys of any bytes, many with hash tags, their slots, and lines of hex.
func clusterKeys(t *testing.T) (keys []string, slots []uint32, lines string) {
	rng := rand.New(rand.NewPCG(3, 4))
	var batch keymill.Batch
	var text strings.Builder
	seen := map[string]bool{}
	for len(keys) < plannedKeys {
		key := taggedKey(rng)
		if len(keys)%20 == 0 {
			key = fmt.Sprintf("{user:%d}:%s", rng.IntN(20), key) // slots of many keys
		}
		if key == "" || seen[key] {
			continue
		}
		seen[key] = true
		keys = append(keys, key)
		require.NoError(t, batch.Append([]byte(key)))
		fmt.Fprintln(&text, hex.EncodeToString([]byte(key)))
	}
	var placed keymill.Placement
	placed.Resize(keymill.OutParts, batch.Len(), 0)
	require.NoError(t, cpu.New().Place(&placed, &batch, keymill.Params{Scheme: place.Redis()}))
	return keys, placed.Parts, text.String()
}

// fill sets the keys, each on the master that has its slot by a list of nodes.
func (c *redisCluster) fill(t *testing.T, keys []string, slots []uint32, list string) {
	listed := strings.Split(run(t, exec.Command(c.keymill, "place", "--scheme", "redis", "--nodes", list, "--key-encoding", "hex",
		filepath.Join(c.folder, "keys")), nil), "\n")
	requests := make([]strings.Builder, len(c.names))
	counts := make([]int, len(c.names))
	for i, key := range keys {
		fields := strings.Split(listed[i], "\t")
		require.Equal(t, fmt.Sprint(slots[i]), fields[0])
		node := slices.Index(c.names, fields[1])
		fmt.Fprintf(&requests[node], "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$1\r\nv\r\n", len(key), key)
		counts[node]++
	}
	for node := range requests {
		_, err := ask(c.sockets[node], authenticate+requests[node].String(), 1+counts[node])
		require.NoError(t, err)
	}
}

// movedKeys reads the keys of --moved --json, sorted.
func movedKeys(t *testing.T, file string) (keys []string) {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		var row struct {
			From, To, Key string
			Bytes         []byte `json:"key_base64"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		keys = append(keys, row.Key+string(row.Bytes))
	}
	slices.Sort(keys)
	return keys
}

// without returns the sorted keys that are not among the sorted others.
func without(keys, others []string) (left []string) {
	for _, key := range keys {
		if _, found := slices.BinarySearch(others, key); !found {
			left = append(left, key)
		}
	}
	return left
}
