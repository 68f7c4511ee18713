package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/keymill/keymill/plan/identify"
)

// shownPairs is how many pairs a list for people has.
const shownPairs = 10

// writeText writes the report for people: the answer first.
func (r identifyReport) writeText(w io.Writer) error {
	var out bytes.Buffer
	switch r.Verdict {
	case identify.Found, identify.Partly:
		r.writeNamed(&out)
	case identify.Mixed:
		r.writeMixed(&out)
	case identify.TooFew:
		if r.Different == 1 {
			fmt.Fprintf(&out, "all pairs have one partition, %d, which tells nothing: add keys of others\n", r.Largest)
			break
		}
		fmt.Fprintf(&out, "too few pairs to tell: the number of candidates that explain %s is %s; with %s partitions it takes %s\n",
			these(r.Pairs), grouped(int64(r.Fitting)), grouped(int64(r.From)), plural(int64(r.Needed), "pair"))
		r.writeAlike(&out, r.Best[1:], &r.Best[0])
	default:
		fmt.Fprintf(&out, "nothing that was tried explains %s\n", these(r.Pairs))
		for _, c := range r.Best {
			fmt.Fprintf(&out, "  nearest  %s, %s: explains %s of %s, as %s of the candidates would if the pairs were random\n",
				candidateName(c), partitionsOf(c), grouped(int64(c.Explained)), grouped(int64(r.Pairs)), expected(c.Log10Chance))
		}
		if r.From != r.To {
			fmt.Fprintf(&out, "  If there are more than %s partitions, say how many with --partitions.\n", grouped(int64(r.To)))
		}
	}
	r.writeUnexplained(&out)
	r.writeContradictions(&out)
	r.writeTried(&out)
	_, err := w.Write(out.Bytes())
	return err
}

// these returns "this pair", "these 200 pairs".
func these(n int) string {
	if n == 1 {
		return "this pair"
	}
	return "these " + plural(int64(n), "pair")
}

// writeNamed writes the likeliest candidate, and what explains as much.
func (r identifyReport) writeNamed(out *bytes.Buffer) {
	c := r.Named[0]
	explains := "all " + plural(int64(r.Pairs), "pair")
	if c.Missed > 0 {
		explains = fmt.Sprintf("%s of %s", grouped(int64(c.Explained)), plural(int64(r.Pairs), "pair"))
	}
	fmt.Fprintf(out, "%s, %s: explains %s\n", candidateName(c), partitionsOf(c), explains)
	if c.System != "" {
		fmt.Fprintf(out, "  system      %s\n", c.System)
		fmt.Fprintf(out, "  rule        %s\n", c.Rule)
	}
	fmt.Fprintf(out, "  chance      %s that any candidate explains as many random pairs\n", odds(c.Log10Chance))
	if c.Unplaced > 0 {
		fmt.Fprintf(out, "  no rule     %s of a key that it places anywhere\n", plural(int64(c.Unplaced), "pair"))
	}
	if c.Low < c.High {
		fmt.Fprintf(out, "  partitions  %s, the likeliest, to %s fit", grouped(int64(c.Low)), grouped(int64(c.High)))
		if n := c.Narrow; n != nil {
			fmt.Fprintf(out, "; %s has %s with %s of them, and %s with %s", quoted(n.KeyText), partText(n.First), grouped(int64(c.Low)), partText(n.Here), grouped(int64(c.High)))
		}
		fmt.Fprintln(out)
	}
	if c.Command != "" {
		fmt.Fprintf(out, "  command     %s\n", c.Command)
	}
	r.writeAlike(out, r.Named[1:], &c)
}

// writeAlike lists what explains as much as the first candidate.
func (r identifyReport) writeAlike(out *bytes.Buffer, others []identify.Candidate, first *identify.Candidate) {
	if r.Verdict == identify.TooFew {
		fmt.Fprintf(out, "  likeliest   %s, %s\n", candidateName(*first), partitionsOf(*first))
	}
	if len(others) == 0 {
		return
	}
	fmt.Fprintf(out, "\nThese explain as many; a key with another partition tells them from %s:\n\n", candidateName(*first))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "  candidate\tpartitions\tkey\there\t%s\n", shortName(*first))
	for _, c := range others {
		key, here, there := fmt.Sprintf("none of %s tried", grouped(int64(c.SameOn))), "", ""
		if c.Apart != nil {
			key, here, there = quoted(c.Apart.KeyText), partText(c.Apart.Here), partText(c.Apart.First)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", candidateName(c), numbers(c), key, here, there)
	}
	_ = table.Flush() // to memory
	if more := r.Fitting - 1 - len(others); r.Verdict != identify.Partly && more > 0 {
		fmt.Fprintf(out, "  and %s more\n", grouped(int64(more)))
	}
}

// writeMixed writes functions that explain the pairs only together.
func (r identifyReport) writeMixed(out *bytes.Buffer) {
	explains := "all " + plural(int64(r.Pairs), "pair")
	if r.Unexplained > 0 {
		explains = fmt.Sprintf("%s of %s", grouped(int64(r.Pairs-r.Unexplained)), plural(int64(r.Pairs), "pair"))
	}
	fmt.Fprintf(out, "%d functions together, %s: explain %s, as if clients of %d kinds had written them\n\n",
		len(r.Named), partitionsOf(r.Named[0]), explains, len(r.Named))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  function\texplains\tonly it\tchance of the pairs that those above leave\tsystem")
	for _, c := range r.Named {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", candidateName(c), grouped(int64(c.Explained)), grouped(int64(c.Only)), odds(c.Log10Chance), c.System)
	}
	_ = table.Flush() // to memory
}

// writeUnexplained lists the pairs that what is named does not explain.
func (r identifyReport) writeUnexplained(out *bytes.Buffer) {
	if r.Unexplained == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s not explained:\n\n", plural(int64(r.Unexplained), "pair"))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "  key\tpartition")
	for i := range r.UnexplainedPairs[0].Expected {
		fmt.Fprintf(table, "\t%s", shortName(r.Named[i]))
	}
	fmt.Fprintln(table)
	for i, p := range r.UnexplainedPairs {
		if i == shownPairs {
			break
		}
		fmt.Fprintf(table, "  %s\t%d", quoted(p.KeyText), p.Partition)
		for _, e := range p.Expected {
			fmt.Fprintf(table, "\t%s", partText(e))
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush() // to memory
	if more := r.Unexplained - shownPairs; more > 0 {
		fmt.Fprintf(out, "  and %s more\n", grouped(int64(more)))
	}
}

func (r identifyReport) writeContradictions(out *bytes.Buffer) {
	if r.Contradictory == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s of several partitions, of which a function can explain one:\n\n", plural(int64(r.Contradictory), "key"))
	for i, c := range r.Contradictions {
		if i == shownPairs {
			fmt.Fprintf(out, "  and %s more\n", grouped(int64(r.Contradictory-i)))
			break
		}
		fmt.Fprintf(out, "  %s has %s\n", quoted(c.KeyText), strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Partitions), " ", " and "), "[]"))
	}
}

// writeTried says what was looked at.
func (r identifyReport) writeTried(out *bytes.Buffer) {
	in := r.Input
	fmt.Fprintf(out, "\nread   %s", plural(in.Rows, "row"))
	if in.First == "partition" {
		fmt.Fprint(out, ", the partition first")
	}
	for _, part := range []struct {
		n    int64
		what string
	}{{int64(r.Repeated), "there before"}, {in.Unplaced, "not placed (-)"}, {in.Absent, "without a key"}} {
		if part.n > 0 {
			fmt.Fprintf(out, ", %s %s", grouped(part.n), part.what)
		}
	}
	if in.Guessed {
		fmt.Fprintf(out, "; both columns could be partitions, and those of the %s one are fewer (--columns says which comes first)", map[string]string{"key": "second", "partition": "first"}[in.First])
	}
	if in.More {
		fmt.Fprint(out, "; no more than that is looked at")
	}
	to := ""
	if r.From < r.To {
		to = " to " + grouped(int64(r.To))
	}
	fmt.Fprintf(out, "\ntried  %s candidates: %s of systems and %s of hashes, seeds and reductions, of keys in %s, with %s%s partitions\n",
		grouped(int64(r.Candidates)), plural(int64(r.Presets), "function"), grouped(int64(r.Functions-r.Presets)),
		plural(int64(len(r.Forms)+1), "form"), grouped(int64(r.From)), to)
}

// shortName names a candidate in the head of a column.
func shortName(c identify.Candidate) string {
	if c.Scheme != "" {
		return c.Scheme
	}
	return c.Rule
}

// candidateName names a candidate without its partitions.
func candidateName(c identify.Candidate) string {
	name := shortName(c)
	for _, detail := range []struct{ name, value string }{
		{"", c.Variant}, {"seed ", c.Seed}, {"of ", c.KeyType}, {"of ", c.Keys},
	} {
		if detail.value != "" {
			name += ", " + detail.name + detail.value
		}
	}
	return name
}

func partitionsOf(c identify.Candidate) string {
	if c.Low == c.High && c.Low == 1 {
		return "1 partition"
	}
	return numbers(c) + " partitions"
}

func numbers(c identify.Candidate) string {
	if c.Low < c.High {
		return grouped(int64(c.Low)) + " to " + grouped(int64(c.High))
	}
	return grouped(int64(c.Partitions))
}

func partText(p *uint32) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprint(*p)
}

// quoted returns a key as text in quotes, cut off if it is long.
func quoted(k identify.KeyText) string {
	key := k.Key()
	if len(key) > 40 {
		return fmt.Sprintf("%q...", key[:40])
	}
	return fmt.Sprintf("%q", key)
}

// odds returns a chance, of which the logarithm is given.
func odds(log10 float64) string {
	if log10 > -6 {
		return expected(log10)
	}
	return fmt.Sprintf("1 in 10^%.0f", math.Floor(-log10))
}

// expected returns the number of which the logarithm is given, to two digits.
func expected(log10 float64) string {
	if log10 > 6 {
		return fmt.Sprintf("10^%.0f", log10)
	}
	if x := math.Pow(10, log10); x < 10 {
		return fmt.Sprintf("%.2g", x)
	}
	return grouped(int64(math.Round(math.Pow(10, log10))))
}
