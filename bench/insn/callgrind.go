package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// counts are the instructions of each function, itself, without what it calls.
type counts map[string]float64

func (c counts) total() (sum float64) {
	for _, n := range c {
		sum += n
	}
	return sum
}

// write lists the functions, the costliest first.
func (c counts) write(w io.Writer, keys int) {
	var names []string
	for name := range c {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return int(c[b] - c[a]) })
	for _, name := range names[:min(12, len(names))] {
		fmt.Fprintf(w, "  %8.1f  %s\n", c[name]/float64(keys), name)
	}
}

// build builds this program as it is counted: without DWARF, which Valgrind reads
// slowly and, of new versions, not at all; the names come from the symbols.
func build() (program string, remove func(), err error) {
	folder, err := os.MkdirTemp("", "keymill-insn-*")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(folder) }
	program = filepath.Join(folder, "insn")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-w", "-o", program, "./bench/insn").CombinedOutput()
	if err != nil {
		remove()
		return "", nil, fmt.Errorf("building (run it in the root of the repository): %w: %s", err, out)
	}
	return program, remove, nil
}

// Two runs of different length: what is the same in both is not the path.
const shortRun, longRun = 1, 5

// count returns the instructions of a path, run once.
func count(program, path string) (counts, error) {
	short, err := profile(program, path, shortRun)
	if err != nil {
		return nil, err
	}
	long, err := profile(program, path, longRun)
	if err != nil {
		return nil, err
	}
	for name := range long {
		long[name] = (long[name] - short[name]) / (longRun - shortRun)
	}
	return long, nil
}

// profile runs a path so many times under Valgrind.
func profile(program, path string, times int) (counts, error) {
	out := program + ".callgrind"
	cmd := exec.Command("valgrind", "--tool=callgrind", "--callgrind-out-file="+out, program, "-path", path, "-work", strconv.Itoa(times))
	// One thread and no collector: what they do depends on the clock. And no
	// signals, at which Callgrind loses its way.
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=off", "GODEBUG=asyncpreemptoff=1")
	if text, err := cmd.CombinedOutput(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, fmt.Errorf("%w: install Valgrind", err)
		}
		return nil, fmt.Errorf("valgrind: %w: %s", err, text)
	}
	file, err := os.Open(out)
	if err != nil {
		return nil, err
	}
	c, err := read(file)
	return c, errors.Join(err, file.Close())
}

// read reads the cost of each function itself from Callgrind's output: after a
// line "fn=(1) name", or "fn=(1)" where the name was there before, come lines of
// costs; that behind a line "calls=" is of the function called.
// (https://valgrind.org/docs/manual/cl-format.html)
func read(in io.Reader) (counts, error) {
	c := counts{}
	names := map[string]string{}
	named := func(text string) string {
		number, name, known := strings.Cut(text, ") ")
		number = strings.TrimSuffix(number, ")")
		if known {
			names[number] = name
		}
		return names[number]
	}
	var function string
	callee, events := false, ""
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		switch key, rest, _ := strings.Cut(line, "="); {
		case strings.HasPrefix(line, "events: "):
			events = strings.TrimPrefix(line, "events: ")
		case key == "fn":
			function = named(rest)
		case key == "cfn":
			named(rest)
		case key == "calls":
			callee = true
		case line != "" && strings.ContainsRune("+-*0123456789", rune(line[0])):
			if callee {
				callee = false
				continue
			}
			_, cost, _ := strings.Cut(line, " ")
			n, err := strconv.ParseFloat(cost, 64)
			if err != nil {
				return nil, fmt.Errorf("callgrind's line %q: %w", line, err)
			}
			// Callgrind marks the levels of a recursion: name'2.
			if name, _, _ := strings.Cut(function, "'"); ofPath(name) {
				c[name] += n
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if events != "Ir" || len(c) == 0 {
		return nil, errors.New("callgrind counted no instructions of keymill")
	}
	return c, nil
}

// ofPath says whether a function is part of a path: not this program and its
// workloads, nor the runtime of Go, but for what paths call in it.
func ofPath(name string) bool {
	switch {
	case strings.HasPrefix(name, "main."), strings.HasPrefix(name, "github.com/keymill/keymill/bench"):
		return false
	case strings.HasPrefix(name, "runtime.mem"), strings.HasPrefix(name, "runtime.mallocgc"), strings.HasPrefix(name, "internal/runtime/maps."):
		return true
	case strings.HasPrefix(name, "runtime."), strings.HasPrefix(name, "internal/runtime/"):
		return false
	}
	return strings.HasPrefix(name, "github.com/keymill/keymill") || strings.HasPrefix(name, "hash/") || strings.HasPrefix(name, "sync.")
}
