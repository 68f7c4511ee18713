package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/keymill/keymill/plan/identify"
)

// shownPairs is how many pairs a list for people has.
const shownPairs = 10

// writeIdentified writes the report for people: the answer first.
func writeIdentified(out io.Writer, r identifyReport) {
	switch r.Verdict {
	case identify.Found, identify.Partly:
		r.writeNamed(out)
	case identify.Mixed:
		r.writeMixed(out)
	case identify.TooFew:
		r.writeTooFew(out)
	default:
		fmt.Fprintf(out, "nothing that was tried explains %s\n", these(r.Pairs))
		for _, c := range r.Best {
			fmt.Fprintf(out, "  nearest  %s, %s: explains %s of %s, as %s of the candidates would if the pairs were random\n",
				candidateName(c), partitionsOf(c), grouped(int64(c.Explained)), grouped(int64(r.Pairs)), expected(c.Log10Chance))
		}
		if r.From != r.To {
			fmt.Fprintf(out, "  If there are more than %s partitions, say how many with --partitions.\n", grouped(int64(r.To)))
		}
	}
	r.writeUnexplained(out)
	r.writeContradictions(out)
	r.writeTried(out)
}

// these returns "this pair", "these 200 pairs".
func these(n int) string {
	if n == 1 {
		return "this pair"
	}
	return "these " + plural(int64(n), "pair")
}

// writeNamed writes the likeliest candidate, and what explains as much.
func (r identifyReport) writeNamed(out io.Writer) {
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
			fmt.Fprintf(out, "; %s has %s with %s of them, and %s with %s", keyText(n.Key()), partText(n.First), grouped(int64(c.Low)), partText(n.Here), grouped(int64(c.High)))
		}
		fmt.Fprintln(out)
	}
	if c.Command != "" {
		fmt.Fprintf(out, "  command     %s\n", c.Command)
	}
	r.writeAlike(out, r.Named[1:], c)
}

// writeTooFew says why the pairs do not tell, and what explains them.
func (r identifyReport) writeTooFew(out io.Writer) {
	if r.Different == 1 && r.Pairs > 1 {
		fmt.Fprintf(out, "all pairs have one partition, %d, which tells nothing: add keys of others\n", r.Largest)
	} else {
		is, orMore := "are", ""
		if r.Pairs == 1 {
			is = "is"
		}
		if r.From < r.To {
			orMore = " or more"
		}
		fmt.Fprintf(out, "too few: %s %s explained by %s; with %s partitions%s it takes %s\n", plural(int64(r.Pairs), "pair"), is,
			plural(int64(r.Fitting), "candidate"), grouped(int64(r.From)), orMore, grouped(int64(r.Needed)))
	}
	fmt.Fprintf(out, "  likeliest  %s, %s\n", candidateName(r.Best[0]), partitionsOf(r.Best[0]))
	r.writeAlike(out, r.Best[1:], r.Best[0])
}

// writeAlike lists what explains as much as the first candidate.
func (r identifyReport) writeAlike(out io.Writer, others []identify.Candidate, first identify.Candidate) {
	if len(others) == 0 {
		return
	}
	fmt.Fprintf(out, "\nThese explain as many; a key with another partition tells them from %s:\n\n", candidateName(first))
	t := newTable("<candidate", "partitions", "<key", "here", shortName(first))
	for _, c := range others {
		if c.Apart != nil {
			t.add(candidateName(c), numbers(c), keyText(c.Apart.Key()), partText(c.Apart.Here), partText(c.Apart.First))
		} else {
			t.add(candidateName(c), numbers(c), fmt.Sprintf("none of %s tried", grouped(int64(c.SameOn))))
		}
	}
	t.write(out)
	if more := r.Fitting - 1 - len(others); r.Verdict != identify.Partly && more > 0 {
		fmt.Fprintf(out, "and %s more\n", grouped(int64(more)))
	}
}

// writeMixed writes functions that explain the pairs only together.
func (r identifyReport) writeMixed(out io.Writer) {
	explains := "all " + plural(int64(r.Pairs), "pair")
	if r.Unexplained > 0 {
		explains = fmt.Sprintf("%s of %s", grouped(int64(r.Pairs-r.Unexplained)), plural(int64(r.Pairs), "pair"))
	}
	fmt.Fprintf(out, "%d functions together, %s: explain %s, as if clients of %d kinds had written them\n\n",
		len(r.Named), partitionsOf(r.Named[0]), explains, len(r.Named))
	t := newTable("<function", "explains", "only it", "chance", "<system")
	for _, c := range r.Named {
		t.add(candidateName(c), grouped(int64(c.Explained)), grouped(int64(c.Only)), odds(c.Log10Chance), c.System)
	}
	t.write(out)
	fmt.Fprintln(out, "\nThe chance is that any candidate explains so many of the pairs that those above it leave, if these are random.")
}

// writeUnexplained lists the pairs that what is named does not explain.
func (r identifyReport) writeUnexplained(out io.Writer) {
	if r.Unexplained == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s not explained:\n\n", plural(int64(r.Unexplained), "pair"))
	head := []string{"<key", "partition"}
	for i := range r.UnexplainedPairs[0].Expected {
		head = append(head, shortName(r.Named[i]))
	}
	t := newTable(head...)
	for _, p := range r.UnexplainedPairs[:min(len(r.UnexplainedPairs), shownPairs)] {
		row := []string{keyText(p.Key()), fmt.Sprint(p.Partition)}
		for _, e := range p.Expected {
			row = append(row, partText(e))
		}
		t.add(row...)
	}
	t.write(out)
	if more := r.Unexplained - shownPairs; more > 0 {
		fmt.Fprintf(out, "and %s more\n", grouped(int64(more)))
	}
}

func (r identifyReport) writeContradictions(out io.Writer) {
	if r.Contradictory == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s of several partitions, of which a function can explain one:\n\n", plural(int64(r.Contradictory), "key"))
	for i, c := range r.Contradictions {
		if i == shownPairs {
			fmt.Fprintf(out, "and %s more\n", grouped(int64(r.Contradictory-i)))
			break
		}
		fmt.Fprintf(out, "%s has %s\n", keyText(c.Key()), strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Partitions), " ", " and "), "[]"))
	}
}

// writeTried says what was looked at.
func (r identifyReport) writeTried(out io.Writer) {
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
		grouped(int64(r.Candidates)), plural(int64(r.OfSystems), "function"), grouped(int64(r.Functions-r.OfSystems)),
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
