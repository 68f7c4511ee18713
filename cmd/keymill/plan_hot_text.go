package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/keymill/keymill/plan"
)

// writeHot writes the report for people.
func writeHot(out io.Writer, h *plan.Hot) {
	writeHotStream(out, h)
	writeHeaviest(out, h)
	if len(h.Keys) > 0 {
		fmt.Fprintln(out)
		hotKeysTable(h, keyText).write(out)
		writeHotKeysNotes(out, h)
	}
	if len(h.WhatIf) > 0 {
		fmt.Fprintln(out)
		hotStepsTable(h).write(out)
		writeHotStepsNotes(out, h)
	}
}

// writeHotStream says what was read, and how well it is known.
func writeHotStream(out io.Writer, h *plan.Hot) {
	fmt.Fprintf(out, "%s of %s; %s, %s, by %s\n", plural(int64(h.Total.Keys), "row"), distinctText(h.Distinct),
		h.Scheme, plural(int64(h.Partitions), "partition"), h.By)
	if !h.Exact {
		fmt.Fprintln(out, `The input was read once: "a to b" is what is sure of a figure, and all of it is sure by 99.9 %. Of a file, figures are exact.`)
	}
	if h.Unplaced.Keys > 0 {
		fmt.Fprintf(out, "Without a partition, since the system places them by chance: %s.\n", plural(int64(h.Unplaced.Keys), "row"))
	}
}

// writeHeaviest says what is asked first: what no function and no more partitions can change.
func writeHeaviest(out io.Writer, h *plan.Hot) {
	switch {
	case h.Total.Keys == 0:
		return
	case len(h.Keys) == 0:
		fmt.Fprintf(out, "No key has more than %s.\n", ofTotal(plan.Exactly(h.OthersAtMost), h))
	default:
		fmt.Fprintf(out, "The heaviest key has %s: %s.\n", ofTotal(h.Keys[0].Has, h), percentText(h.Keys[0].Share))
	}
	n := h.LargestUseful
	switch {
	case n.High == 0:
	case len(h.WhatIf) == 0:
		fmt.Fprintf(out, "Every number of partitions up to %s is useful: no key has more than the mean of so many.\n", groupedUint(n.Low))
	default:
		text := groupedUint(n.Low)
		if !n.Exact() {
			text = "between " + text + " and " + groupedUint(n.High)
		}
		key := "this key"
		if h.Keys[0].Partition == nil {
			key = "the heaviest key that has one"
		}
		fmt.Fprintf(out, "Largest useful number of partitions: %s. With more the fullest one still has %s.\n", text, key)
	}
}

// ofTotal returns "12 of the 20 rows".
func ofTotal(s plan.Span, h *plan.Hot) string {
	total := groupedUint(h.By.Of(h.Total))
	if h.By == plan.ByWeight {
		return "a weight of " + spanText(s) + " of " + total
	}
	return spanText(s) + " of the " + total + " " + unit(h.By)
}

// hotKeysTable has a row for each key, which goes by the name that nameOf makes of it.
func hotKeysTable(h *plan.Hot, nameOf func(key []byte) string) *table {
	names := []string{"", "<key", unit(h.By), "of all", "partition", "of the partition"}
	nodes := false
	for _, k := range h.Keys {
		nodes = nodes || k.Node != ""
	}
	if nodes {
		names = append(names, "<node")
	}
	if h.Salt != nil {
		names = append(names, "salted, on")
	}
	t := newTable(names...)
	for i, k := range h.Keys {
		partition, of := "-", "-"
		if k.Partition != nil {
			partition, of = grouped(int64(*k.Partition)), percentText(k.OfItsOwn)
		}
		name := nameOf(k.Bytes())
		if k.Cut {
			name += " (cut)"
		}
		row := []string{grouped(int64(i + 1)), name, spanText(k.Has), percentText(k.Share), partition, of}
		if nodes {
			row = append(row, k.Node)
		}
		if h.Salt != nil {
			to := "-"
			if k.SaltedTo > 0 {
				to = grouped(int64(k.SaltedTo))
			}
			row = append(row, to)
		}
		t.add(row...)
	}
	return t
}

func writeHotKeysNotes(out io.Writer, h *plan.Hot) {
	if h.OthersAtMost == 0 {
		fmt.Fprintln(out, "No other key has any.")
	} else {
		fmt.Fprintf(out, "No other key has more than %s.\n", groupedUint(h.OthersAtMost))
	}
	if slices.ContainsFunc(h.Keys, func(k plan.HotKey) bool { return k.SaltedTo == 1 }) && h.Partitions > 1 {
		fmt.Fprintln(out, "A key that is salted on 1 partition is not split: of its salted keys the scheme hashes the same, or they met by chance.")
	}
}

// hotStepsTable has a row for each key that is taken out of the way.
func hotStepsTable(h *plan.Hot) *table {
	names := []string{"<", "isolated: fullest", "max/mean", "of the others"}
	row := []string{"as it is", spanText(h.AsIs.Fullest), ratioText(h.AsIs.MaxMean), ""}
	if h.Salt != nil {
		names = append(names, "salted: fullest", "max/mean")
		row = append(row, row[1], row[2])
	}
	t := newTable(names...)
	t.add(row...)
	for _, step := range h.WhatIf {
		row := []string{stepName(step.Keys), spanText(step.Isolated.Fullest), ratioText(step.Isolated.MaxMean), ratioText(step.Others.MaxMean)}
		if step.Salted != nil {
			row = append(row, spanText(step.Salted.Fullest), ratioText(step.Salted.MaxMean))
		}
		t.add(row...)
	}
	return t
}

// stepName says which keys are out of the way.
func stepName(keys int) string {
	switch keys {
	case 0:
		return "as it is"
	case 1:
		return "the heaviest key"
	}
	return fmt.Sprintf("the %d heaviest", keys)
}

func writeHotStepsNotes(out io.Writer, h *plan.Hot) {
	if len(h.WhatIf) < len(h.Keys) {
		fmt.Fprintln(out, "keys whose partition is not known are left out")
	}
	fmt.Fprintf(out, "isolated: each on one more partition, of its own; of the others: max/mean of the %s that remain for all other keys\n",
		plural(int64(h.Partitions), "partition"))
	if h.Salt != nil {
		name := func(n int) string {
			return strings.NewReplacer("%k", "KEY", "%n", fmt.Sprint(n)).Replace(h.Salt.As)
		}
		fmt.Fprintf(out, "salted: the rows of each dealt round robin to %d keys, %s to %s\n", h.Salt.Over, name(0), name(h.Salt.Over-1))
	}
}

// distinctText returns "12 distinct keys" or "about 812,000 distinct keys".
func distinctText(d plan.Distinct) string {
	if d.Low == d.High {
		return plural(int64(d.Estimate), "distinct key")
	}
	return fmt.Sprintf("about %s distinct keys (%s to %s)", groupedUint(d.Estimate), groupedUint(d.Low), groupedUint(d.High))
}
