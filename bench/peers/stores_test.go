package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keymill/keymill/bench"
)

// rowsFile writes a file of rows in the layout that bench/storework.go describes,
// and returns its name.
func rowsFile(t *testing.T, rows int) string {
	t.Helper()
	column := func(cell func(i int) string) (out []byte) {
		var data []byte
		for i := range rows {
			out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
			data = append(data, cell(i)...)
		}
		return append(binary.LittleEndian.AppendUint32(out, uint32(len(data))), data...)
	}
	text := binary.LittleEndian.AppendUint64([]byte("kmrows01"), uint64(rows))
	text = append(text, column(func(i int) string { return fmt.Sprint("key:", i) })...)
	text = append(text, column(func(i int) string { return strings.Repeat(string(rune('a'+i%26)), 16+i%85) })...)
	text = append(text, column(func(i int) string { return fmt.Sprint("key:", i, "?") })...)
	for i := range rows {
		text = binary.LittleEndian.AppendUint32(text, uint32((i*7919+13)%rows)) // 7919 is prime: each row once
	}
	name := filepath.Join(t.TempDir(), "rows")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// worker serves in this process: it returns a function that asks, and one that
// ends it.
func worker(t *testing.T) (ask func(request string) string, end func()) {
	t.Helper()
	in, requests := io.Pipe()
	answers, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- bench.ServeWorker(in, out, slices.Concat(stores, diskStores))
		_ = out.Close()
	}()
	lines := bufio.NewScanner(answers)
	ask = func(request string) string {
		t.Helper()
		if _, err := fmt.Fprintln(requests, request); err != nil || !lines.Scan() {
			t.Fatalf("no answer to %q: %v", request, err)
		}
		return lines.Text()
	}
	return ask, func() {
		if err := requests.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// Each store does each operation with the same result as the builtin map, in
// calls, and in batches where it has them; and on several goroutines.
func TestOperations(t *testing.T) {
	const rows = 5000
	file := rowsFile(t, rows)
	digests := map[string]string{} // of the builtin map, by operation
	for _, store := range slices.Concat([]bench.StoreSide{{Name: "map and RWMutex"}}, stores, diskStores) {
		ask, end := worker(t)
		if answer := ask("open " + strings.ReplaceAll(store.Name, " ", "_") + " " + file); !strings.HasPrefix(answer, "ok ") {
			t.Fatalf("%s: %s", store.Name, answer)
		}
		for _, op := range []string{"load", "hit", "miss", "update", "mixed", "load", "hit", "miss"} {
			for _, form := range []string{"calls", "batches"} {
				if form == "batches" && (!store.Batches || op == "mixed") {
					continue
				}
				for goroutines := range 3 {
					answer := ask(fmt.Sprintf("run %s %s 0 %d %d", op, form, rows, goroutines+1))
					words := strings.Fields(answer)
					if len(words) != 3 || words[0] != "ok" {
						t.Fatalf("%s: %s in %s: %s", store.Name, op, form, answer)
					}
					want, there := digests[op]
					if !there {
						digests[op] = words[2]
					} else if words[2] != want {
						t.Errorf("%s: %s in %s on %d goroutines has digest %s, not %s", store.Name, op, form, goroutines+1, words[2], want)
					}
				}
			}
		}
		end()
	}
	if digests["hit"] == digests["miss"] || digests["load"] != digests["hit"] || digests["miss"] != fmt.Sprint(rows) {
		t.Errorf("the digests are %v", digests)
	}
}
