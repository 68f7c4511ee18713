// Command insn counts the instructions of the hot paths, a figure that does not
// depend on the mood of the machine. It holds them against counts.tsv, and fails
// where one has changed by more than 2 %: for the worse it is a mistake, for the
// better the figures are to be written anew, with the reason in the commit.
//
//	go run ./bench/insn             holds the counts against the figures
//	go run ./bench/insn -update     writes the figures
//	go run ./bench/insn -path "xxh3 fixed16" -functions    shows where they are
//
// It takes Valgrind, and amd64, whose figures these are.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "insn: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	update := flag.Bool("update", false, "write the figures anew")
	only := flag.String("path", "", "only this path; see counts.tsv")
	functions := flag.Bool("functions", false, "show the functions of each path")
	work := flag.Int("work", 0, "run the path so many times, and count nothing: what is counted")
	flag.Parse()
	if *work > 0 {
		i := slices.IndexFunc(paths, func(p path) bool { return p.name == *only })
		if i < 0 {
			return fmt.Errorf("no path is called %q", *only)
		}
		return paths[i].work(*work)
	}
	if runtime.GOARCH != "amd64" {
		return fmt.Errorf("the figures are those of amd64, and this is %s", runtime.GOARCH)
	}
	program, remove, err := build()
	if err != nil {
		return err
	}
	defer remove()
	var counted []figure
	for _, p := range paths {
		if *only != "" && p.name != *only {
			continue
		}
		c, err := count(program, p.name)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		counted = append(counted, figure{p.name, c.total() / float64(p.keys)})
		fmt.Printf("%-24s %8.1f instructions a key\n", p.name, c.total()/float64(p.keys))
		if *functions {
			c.write(os.Stdout, p.keys)
		}
	}
	switch {
	case *update && *only != "":
		return errors.New("-update takes all paths: leave out -path")
	case *update:
		return writeFigures(figuresFile, counted)
	}
	figures, version, err := readFigures(figuresFile)
	if err != nil {
		return err
	}
	if version != minorVersion(runtime.Version()) {
		return fmt.Errorf("the figures in %s are those of Go %s, and this is %s: write them anew with -update, and say so in the commit",
			figuresFile, version, runtime.Version())
	}
	if *only != "" {
		figures = slices.DeleteFunc(figures, func(f figure) bool { return f.path != *only })
	}
	if changed := compare(figures, counted); len(changed) > 0 {
		return fmt.Errorf("the counts are not those of %s:\n  %s\nIf that is meant: go run ./bench/insn -update, and say why in the commit",
			figuresFile, strings.Join(changed, "\n  "))
	}
	return nil
}
