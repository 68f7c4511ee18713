package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"testing"

	"github.com/keymill/keymill/hash"
)

// The test binary is a worker, or the program that Ask starts, when its first
// argument is "be": its second says which. So the tests see real processes.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "be" {
		if err := roles[os.Args[2]](os.Args[3:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// Else each process ends a second late where the race detector is built in.
	if err := os.Setenv("GORACE", strings.TrimSpace(os.Getenv("GORACE")+" atexit_sleep_ms=0")); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// be is the command line of a role.
func be(role string, args ...string) []string {
	if roles[role] == nil {
		panic("no role is called " + role)
	}
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return append([]string{self, "be", role}, args...)
}

var roles map[string]func(args []string) error

func init() { // for the roles start one another
	roles = map[string]func(args []string) error{
		"worker":    beWorker,
		"hasher":    beHasher,
		"server":    beServer,
		"dead":      func([]string) error { os.Exit(3); return nil },
		"flood":     beFlood,
		"say":       func(args []string) error { return answerAll(strings.Join(args, " ")) },
		"say once":  func(args []string) error { return answerOnce(strings.Join(args, " ")) },
		"stuck":     beStuck,
		"long line": func([]string) error { return answerAll(strings.Repeat("long ", 1<<16)) },
		"reporter":  beReporter,
	}
}

// beWorker serves ours and the stores that the tests plant, and keeps a record
// of its life in a folder, if it is given one.
func beWorker(args []string) error {
	if len(args) == 0 {
		return ServeWorker(os.Stdin, os.Stdout, planted)
	}
	record := func(what string) error {
		return os.WriteFile(fmt.Sprintf("%s/%s-%d", args[0], what, os.Getpid()), nil, 0o600)
	}
	if err := record("begun"); err != nil {
		return err
	}
	if err := ServeWorker(os.Stdin, os.Stdout, planted); err != nil {
		return err
	}
	return record("ended")
}

// beHasher hashes as a worker in another language would: with fx64, or wrongly.
func beHasher(args []string) error {
	var rows *rowsFile
	requests := bufio.NewScanner(os.Stdin)
	for requests.Scan() {
		words := strings.Fields(requests.Text())
		if words[0] == "open" {
			var err error
			if rows, err = readRows(words[2]); err != nil {
				return err
			}
			fmt.Println("ok 0")
			continue
		}
		var lo, hi int
		if _, err := fmt.Sscan(words[3]+" "+words[4], &lo, &hi); err != nil {
			return err
		}
		hashes := make([]uint64, hi-lo)
		for i := range hashes {
			hashes[i] = hash.FX64.Sum64(rows.keys.Key(lo+i), hash.Seed{})
		}
		if len(args) > 0 && args[0] == "wrong" {
			hashes[0]++
		}
		fmt.Println("ok 12345", digestOf(hashes))
	}
	return requests.Err()
}

// beServer is the other end of Ask.
func beServer([]string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Fprintln(os.Stderr, "the server begins")
	return Serve(ctx, os.Stdin, os.Stdout, Peers{Notes: []string{"a note of the peers"}, Store: planted[:1]}, be("worker"))
}

// beReporter sends a report, and then fails.
func beReporter([]string) error {
	if err := json.NewEncoder(os.Stdout).Encode(message{Report: &Report{Table: "hash"}}); err != nil {
		return err
	}
	os.Exit(4)
	return nil
}

// beFlood writes as long as anybody reads.
func beFlood([]string) error {
	for {
		if _, err := os.Stdout.WriteString("y\n"); err != nil {
			return err
		}
	}
}

// answerAll gives the same answer to each request.
func answerAll(answer string) error {
	requests := bufio.NewScanner(os.Stdin)
	for requests.Scan() {
		fmt.Println(answer)
	}
	return requests.Err()
}

// answerOnce answers the first request, and dies of the next.
func answerOnce(answer string) error {
	requests := bufio.NewScanner(os.Stdin)
	requests.Scan()
	fmt.Println(answer)
	requests.Scan()
	os.Exit(5)
	return nil
}

// beStuck opens a store, and never does what it is asked then: it knocks at an
// address to say so.
func beStuck(args []string) error {
	requests := bufio.NewScanner(os.Stdin)
	requests.Scan()
	fmt.Println("ok 0")
	requests.Scan()
	knock, err := net.Dial("tcp", args[0])
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, knock) // which has no end
	return err
}
