package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/ingest"
)

// BenchmarkBalanceOfLines compares `plan balance --scheme kafka` over a file of lines with what reading these lines
// takes alone, in turns: x-reading is the median of the ratios. KEYMILL_LINES names a file to read, such as that of
// scripts/dataset.sh; without it four million lines of 16 bytes are made, all different: of so few the start counts.
func BenchmarkBalanceOfLines(b *testing.B) {
	name := os.Getenv("KEYMILL_LINES")
	if name == "" {
		name = filepath.Join(b.TempDir(), "keys.txt")
		rng := rand.New(rand.NewPCG(1, 1))
		var text bytes.Buffer
		for range 4_000_000 {
			fmt.Fprintf(&text, "%016x\n", rng.Uint64())
		}
		require.NoError(b, os.WriteFile(name, text.Bytes(), 0o600))
	}
	read := func() time.Duration {
		start := time.Now()
		out := &output{Writer: io.Discard}
		a := &app{terminal: terminal{out: out, err: io.Discard}}
		f := inputFlags{format: "auto", encoding: "raw", maxRow: ingest.DefaultMaxRow, backend: backend.Auto}
		_, err := a.stream(b.Context(), []string{name}, &f, func(*keymill.Dispatcher, *ingest.Job) error { return nil })
		require.NoError(b, err)
		return time.Since(start)
	}
	balance := func() time.Duration {
		start := time.Now()
		code := run(b.Context(), []string{"plan", "balance", "--scheme", "kafka", "--partitions", "12", name}, terminal{out: io.Discard, err: io.Discard})
		require.Zero(b, code)
		return time.Since(start)
	}
	read() // the file comes into memory
	var ratios, again []float64
	for b.Loop() {
		first, whole, second := read(), balance(), read()
		ratios = append(ratios, whole.Seconds()/(first+second).Seconds()*2)
		again = append(again, second.Seconds()/first.Seconds())
	}
	median := func(all []float64) float64 {
		slices.Sort(all)
		return all[len(all)/2]
	}
	b.ReportMetric(median(ratios), "x-reading")
	b.ReportMetric(median(again), "x-reading-again")
}
