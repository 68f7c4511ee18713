package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/keymill/keymill/backend/simd"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// listFlags are the flags of `keymill place --list`.
type listFlags struct{ list, markdown bool }

// schemeList is what `keymill place --list` says: of the presets, not of this machine.
// Its JSON is documented in docs/CLI.md.
type schemeList struct {
	Schemes []schemeInfo `json:"schemes"`
	Left    []leftWork   `json:"without_kernel"`
}

type schemeInfo struct {
	Name       string `json:"name"`
	System     string `json:"system"`
	Rule       string `json:"rule"`
	Source     string `json:"source"`
	Keys       string `json:"keys"` // in what form keys are hashed
	Hash       string `json:"hash"`
	Reduce     string `json:"reduce"`
	Partitions uint32 `json:"partitions,omitempty"` // if the system has a fixed number
	Nodes      bool   `json:"nodes,omitempty"`      // it takes --nodes
	Runs       runsOn `json:"runs"`
}

// runsOn says with what each backend computes a scheme.
type runsOn struct {
	CPU    string `json:"cpu"`
	AMD64  string `json:"simd_amd64"`
	ARM64  string `json:"simd_arm64"`
	OpenCL string `json:"opencl"`
}

// leftWork is work that backends of vector instructions do with cpu's loops.
type leftWork struct {
	Backend string   `json:"backend"` // "simd on amd64"
	Work    []string `json:"work"`
	Why     string   `json:"why"`
}

// listed makes the list.
func listed() (all schemeList, err error) {
	for _, p := range place.Presets() {
		s, err := p.Example()
		if err != nil {
			return all, err
		}
		all.Schemes = append(all.Schemes, infoOf(p.About, s))
		all.Schemes[len(all.Schemes)-1].Partitions = p.Parts
	}
	for _, p := range place.MemberPresets() {
		s, err := p.Example()
		if err != nil {
			return all, err
		}
		all.Schemes = append(all.Schemes, infoOf(p.About, s))
		all.Schemes[len(all.Schemes)-1].Nodes = true
	}
	for _, arch := range []string{"amd64", "arm64"} {
		all.Left = append(all.Left, leftOn(arch)...)
	}
	return all, nil
}

func infoOf(p place.About, s place.Scheme) schemeInfo {
	s = s.With(hash.Default, hash.Seed{})
	return schemeInfo{
		Name: p.Name, System: p.System, Rule: p.Rule, Source: p.Source,
		Keys: s.Keys.String(), Hash: s.Hash.String(), Reduce: s.Reduce.String(),
		Runs: runsOn{"loops", kernelsOn("amd64", s), kernelsOn("arm64", s), onOpenCL(s)},
	}
}

// onOpenCL says what a device computes the scheme with: its kernel has every hash, fold
// and reduction, but the arithmetic of jump is that of doubles, which some devices lack.
func onOpenCL(s place.Scheme) string {
	if s.Reduce == place.ReduceJump {
		return "kernel, with doubles"
	}
	return "kernel"
}

// kernelsOn says for which steps of a scheme package simd has kernels.
func kernelsOn(arch string, s place.Scheme) string {
	left := simd.Left(arch)
	var with, without []string
	step := func(name string, work ...string) {
		if slices.ContainsFunc(work, func(w string) bool { return left[w] != "" }) {
			without = append(without, name)
		} else {
			with = append(with, name)
		}
	}
	if work := simd.SpanWork(s.Span); work != "" {
		step("hash tag", work)
	}
	step("hash", simd.HashWork(s.Hash)...)
	step("reduction", s.Reduce.String())
	switch {
	case len(without) == 0:
		return "kernels"
	case len(with) == 0:
		return "loops"
	}
	return "kernels: " + strings.Join(with, ", ")
}

// leftOn returns what has no kernel on an architecture, by reasons, in the order of
// the functions and reductions.
func leftOn(arch string) (all []leftWork) {
	left := simd.Left(arch)
	add := func(name, why string) {
		i := slices.IndexFunc(all, func(l leftWork) bool { return l.Why == why })
		if i < 0 {
			i, all = len(all), append(all, leftWork{Backend: "simd on " + arch, Why: why})
		}
		if !slices.Contains(all[i].Work, name) {
			all[i].Work = append(all[i].Work, name)
		}
	}
	for _, f := range hash.All() {
		for _, work := range simd.HashWork(f) {
			if left[work] != "" {
				add(f.String(), left[work])
			}
		}
	}
	for r := range place.Reduce(place.NumReduces) {
		if why := left[r.String()]; why != "" {
			add(r.String(), why)
		}
	}
	if work := simd.SpanWork(place.SpanHashTag); left[work] != "" {
		add(work, left[work])
	}
	return all
}

// listSchemes writes the list in the form that the flags ask for.
func (a *app) listSchemes(f listFlags, asJSON bool, args []string) error {
	if len(args) > 0 {
		return usageError{errors.New("--list takes no file: it lists the schemes")}
	}
	if f.markdown && asJSON {
		return usageError{errors.New("--markdown and --json: choose one")}
	}
	all, err := listed()
	switch {
	case err != nil:
		return err
	case asJSON:
		e := json.NewEncoder(a.out)
		e.SetEscapeHTML(false) // rules have < and & in them
		return e.Encode(all)
	case f.markdown:
		return all.writeMarkdown(a.out)
	}
	return all.writeText(a.out)
}

// tables returns the tables of the list, each with its heading in front.
func (l schemeList) tables() (what, where, why [][]string) {
	what = [][]string{{"scheme", "system", "rule"}}
	where = [][]string{{"scheme", "source", "keys", "simd on amd64", "simd on arm64", "opencl"}}
	why = [][]string{{"backend", "without a kernel", "because"}}
	for _, s := range l.Schemes {
		name := s.Name
		if s.Nodes {
			name += " *"
		}
		what = append(what, []string{name, s.System, s.Rule})
		where = append(where, []string{name, s.Source, s.Keys, s.Runs.AMD64, s.Runs.ARM64, s.Runs.OpenCL})
	}
	for _, w := range l.Left {
		why = append(why, []string{w.Backend, strings.Join(w.Work, ", "), w.Why})
	}
	return what, where, why
}

// runsEverywhere is what the tables leave out.
const runsEverywhere = "cpu, which is plain Go, runs every scheme. simd does what it has no kernel for with cpu's loops, and with a\n" +
	"pass of plain Go what some schemes do between hash and reduction: every result is the same. \"keys\" is the form\n" +
	"of keys that is hashed, \"bytes\" the key as it is."

func (l schemeList) writeText(out io.Writer) error {
	what, where, why := l.tables()
	for i, table := range [][][]string{what, where, why} {
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, row := range table {
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if i < 2 {
			fmt.Fprintln(out)
		}
	}
	_, err := fmt.Fprintf(out, "\n* places on the nodes of --nodes.\n%s\n", runsEverywhere)
	return err
}

func (l schemeList) writeMarkdown(out io.Writer) error {
	what, where, why := l.tables()
	var b strings.Builder
	b.WriteString("# Placement schemes\n\n<!-- made by: go run ./cmd/keymill place --list --markdown > docs/schemes.md -->\n\n" +
		"What `keymill place --scheme` and `place.Lookup` know; `keymill place --list` prints it. N is the number of\n" +
		"partitions. Those with a star place on the nodes of `--nodes` (`place.LookupMembers`).\n\n")
	writeRows(&b, what)
	b.WriteString("\n## Where that stands, and what runs it\n\n" + runsEverywhere + "\n" +
		"\"kernels\" have assembly for all steps of a scheme, \"kernels: hash\" for that step alone.\n\n")
	writeRows(&b, where)
	b.WriteString("\n## What has no kernel, and why\n\n")
	writeRows(&b, why)
	_, err := io.WriteString(out, b.String())
	return err
}

// writeRows writes a table of Markdown.
func writeRows(b *strings.Builder, table [][]string) {
	escape := strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;")
	for i, row := range table {
		for _, cell := range row {
			b.WriteString("| " + escape.Replace(cell) + " ")
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
}
