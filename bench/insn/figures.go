package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// figuresFile holds the figures, as seen from the root of the repository.
const figuresFile = "bench/insn/counts.tsv"

// tolerance is the change that is let pass: patch releases of Go, and the random
// seeds of maps and stores, make some.
const tolerance = 0.02

// figure is the number of instructions that a path takes for a key.
type figure struct {
	path   string
	perKey float64
}

// readFigures reads what writeFigures wrote, and of which version of Go it is.
func readFigures(name string) (figures []figure, version string, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, "", err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for number := 1; lines.Scan(); number++ {
		line := lines.Text()
		if of, ok := strings.CutPrefix(line, "# go "); ok {
			version = of
		}
		if line == "" || line[0] == '#' {
			continue
		}
		path, perKey, _ := strings.Cut(line, "\t")
		x, err := strconv.ParseFloat(perKey, 64)
		if err != nil {
			return nil, "", fmt.Errorf("%s:%d: want path<TAB>instructions a key: %w", name, number, err)
		}
		figures = append(figures, figure{path, x})
	}
	return figures, version, lines.Err()
}

func writeFigures(name string, figures []figure) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Instructions a key of the hot paths on amd64: go run ./bench/insn -update\n# go %s\n", minorVersion(runtime.Version()))
	for _, f := range figures {
		fmt.Fprintf(&out, "%s\t%.1f\n", f.path, f.perKey)
	}
	return os.WriteFile(name, out.Bytes(), 0o644)
}

// minorVersion returns "1.26" of "go1.26.8".
func minorVersion(version string) string {
	parts := strings.SplitN(strings.TrimPrefix(version, "go"), ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// compare says what is not as the figures are.
func compare(figures, counted []figure) (changed []string) {
	was := map[string]float64{}
	for _, f := range figures {
		was[f.path] = f.perKey
	}
	for _, c := range counted {
		before, known := was[c.path]
		delete(was, c.path)
		switch change := c.perKey/before - 1; {
		case !known:
			changed = append(changed, fmt.Sprintf("%s: %.1f, and has no figure", c.path, c.perKey))
		case change > tolerance || change < -tolerance:
			changed = append(changed, fmt.Sprintf("%s: %.1f, was %.1f: %+.1f %%", c.path, c.perKey, before, change*100))
		}
	}
	for path := range was {
		changed = append(changed, path+": it has a figure, and is gone")
	}
	return changed
}
