package liveservers

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/place"
)

// TestRedis asks a Redis in cluster mode for the slots of keys.
func TestRedis(t *testing.T) {
	redis, err := program("redis-server", "")
	if err != nil {
		missing(t, "redis", err)
	}
	h := newHost(t)
	socket := filepath.Join(h.folder, "redis")
	h.start(t, func() error {
		_, err := ask(socket, "*1\r\n$4\r\nPING\r\n", 1)
		return err
	}, redis, "--cluster-enabled", "yes", "--bind", "127.0.0.1", "--port", freePort(t), "--unixsocket", socket,
		"--unixsocketperm", "777", "--save", "", "--dir", h.folder)

	var keys keymill.Batch
	var requests strings.Builder
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range numKeys {
		key := ""
		if i > 0 { // the first is empty
			key = taggedKey(rng)
		}
		require.NoError(t, keys.Append([]byte(key)))
		fmt.Fprintf(&requests, "*3\r\n$7\r\nCLUSTER\r\n$7\r\nKEYSLOT\r\n$%d\r\n%s\r\n", len(key), key)
	}
	answers, err := ask(socket, requests.String(), keys.Len())
	require.NoError(t, err)
	slots, tagged := make([]uint32, keys.Len()), 0
	for i, answer := range answers {
		_, err := fmt.Sscanf(answer, ":%d\r\n", &slots[i])
		require.NoError(t, err, "the answer %q", answer)
		if len(place.HashTag(keys.Key(i))) < len(keys.Key(i)) {
			tagged++
		}
	}
	require.Greater(t, tagged, numKeys/10, "keys with a hash tag")
	require.Greater(t, numKeys-tagged, numKeys/10, "keys without one")
	onEveryBackend(t, &keys, place.Redis(), slots)
}

// taggedKey makes a key of random bytes, some of it in braces, in every order and
// nesting.
func taggedKey(rng *rand.Rand) string {
	var key []byte
	for range rng.IntN(8) {
		switch rng.IntN(6) {
		case 0:
			key = append(key, '{')
		case 1:
			key = append(key, '}')
		case 2:
			key = append(key, "{}"...)
		default:
			for range rng.IntN(12) {
				key = append(key, byte(rng.Uint32()))
			}
		}
	}
	if rng.IntN(20) == 0 { // a long one, too
		key = append(key, strings.Repeat("x", rng.IntN(2000))...)
	}
	return string(key)
}

// ask sends requests of Redis' protocol, all at once, and returns the answers, a line
// each.
func ask(socket, requests string, answers int) ([]string, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	sent := make(chan error, 1)
	go func() {
		_, err := conn.Write([]byte(requests))
		sent <- err
	}()
	lines := make([]string, answers)
	in := bufio.NewReader(conn)
	for i := range lines {
		if lines[i], err = in.ReadString('\n'); err != nil {
			return nil, err
		}
		if strings.HasPrefix(lines[i], "-") {
			return nil, fmt.Errorf("redis says %q", lines[i])
		}
	}
	return lines, <-sent
}

// freePort returns a port that nobody has, nor the one 10,000 above it, on which a
// Redis in cluster mode listens for its like.
func freePort(t *testing.T) string {
	for range 1000 {
		first, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		port := first.Addr().(*net.TCPAddr).Port
		second, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+10_000))
		require.NoError(t, first.Close())
		if err == nil {
			require.NoError(t, second.Close())
			return fmt.Sprint(port)
		}
	}
	t.Fatal("no two free ports 10,000 apart")
	return ""
}
