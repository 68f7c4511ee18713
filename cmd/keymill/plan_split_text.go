package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/keymill/keymill/plan"
)

// writeSplitText writes the report for people.
func writeSplitText(out io.Writer, s *plan.Split) {
	writeSplitStream(out, s)
	writeSplitHead(out, s)
	fmt.Fprintln(out)
	splitTable(s).write(out)
}

// writeSplitHead says how even the ranges are.
func writeSplitHead(out io.Writer, s *plan.Split) {
	if !s.Exact || s.Total.Keys == 0 {
		return
	}
	fmt.Fprintf(out, "The fullest range has %s: max/mean %.3f.", amountText(s.Spread.Max, s.By), s.Spread.MaxMean)
	if s.AtBest > 0 {
		fmt.Fprintf(out, " Whatever the boundaries, it has %s at least.", groupedUint(s.AtBest))
	}
	fmt.Fprintln(out)
}

// writeSplitStream says what was read and divided.
func writeSplitStream(out io.Writer, s *plan.Split) {
	fmt.Fprintf(out, "%s in %s, by %s\n", plural(int64(s.Total.Keys), "row"), plural(int64(len(s.Ranges)), "range"), s.By)
	if len(s.Ranges) < s.Asked {
		fmt.Fprintf(out, "The keys do not divide into more ranges, though %d were asked for.\n", s.Asked)
	}
	if !s.Exact {
		fmt.Fprintln(out, "The input was read once: these are estimates, and all of them hold by 99.9 %. Of a file, figures are exact.")
	}
}

// splitTable has a row for each range.
func splitTable(s *plan.Split) *table {
	names := []string{"range", unit(s.By)}
	weighted := s.Total.Weight > 0
	if s.Exact {
		names = []string{"range", "rows", "bytes"}
		if weighted {
			names = append(names, "weight")
		}
	}
	names = append(names, "of all", "<from")
	binary := slices.ContainsFunc(s.Ranges, func(r plan.SplitRange) bool { return strings.Contains(r.Start.String(), `\x`) })
	if binary {
		names = append(names, "<in hex")
	}
	t := newTable(names...)
	for i, r := range s.Ranges {
		row := []string{grouped(int64(i))}
		if r.Load == nil {
			row = append(row, spanText(r.Has))
		} else {
			row = append(row, groupedUint(r.Load.Keys), groupedUint(r.Load.Bytes))
			if weighted {
				row = append(row, groupedUint(r.Load.Weight))
			}
		}
		from := r.Start.String()
		if i == 0 {
			from = "(the first key)"
		}
		row = append(row, percentText(r.Has.Over(s.By.Of(s.Total))), from)
		if binary {
			row = append(row, hex.EncodeToString(r.Start))
		}
		t.add(row...)
	}
	return t
}
