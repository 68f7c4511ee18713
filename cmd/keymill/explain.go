package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/keymill/keymill"
)

// explainer sums up what a dispatcher did, by the kind of work and the size of the
// batch: the batches of a file are too many to show each.
type explainer struct {
	mu      sync.Mutex
	classes map[sizeClass][]explained // of each candidate
}

// sizeClass is batches of one kind of work, of one number of digits in keys.
type sizeClass struct {
	op     string
	digits int
}

// explained is what one candidate was predicted to do, and did.
type explained struct {
	name             string
	asked, predicted float64 // batches with a prediction, and nanoseconds of those
	chosen           int
	scale            float64 // of the last batch
	measured         float64 // nanoseconds of the batches that it was chosen for
	expected         float64 // nanoseconds that were predicted of those
	failures         int
	failure          string
	quarantined      int
}

func (e *explainer) observe(d keymill.Decision) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.classes == nil {
		e.classes = map[sizeClass][]explained{}
	}
	class := sizeClass{d.Op.String(), len(fmt.Sprint(d.Keys))}
	all := e.classes[class]
	if all == nil {
		all = make([]explained, len(d.Predicted))
		e.classes[class] = all
	}
	for i, p := range d.Predicted {
		c := &all[i]
		c.name, c.scale = p.Backend, p.Scale
		if !math.IsInf(p.Nanos, 1) {
			c.asked++
			c.predicted += p.Nanos
		}
		if p.Quarantined {
			c.quarantined++
		}
		switch {
		case p.Backend != d.Chosen:
		case d.Err != nil:
			c.failures++
			c.failure, _, _ = strings.Cut(d.Err.Error(), "\n")
		default:
			c.chosen++
			c.measured += float64(d.Measured.Nanoseconds())
			if !math.IsInf(p.Nanos, 1) {
				c.expected += p.Nanos
			}
		}
	}
}

// write shows the sums, in means a batch.
func (e *explainer) write(out io.Writer) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "work\tkeys a batch\tbackend\tpredicted\tbatches\tpredicted of those\tmeasured\t")
	order := slices.SortedFunc(maps.Keys(e.classes), func(a, b sizeClass) int {
		return cmp.Or(strings.Compare(a.op, b.op), cmp.Compare(a.digits, b.digits))
	})
	for _, class := range order {
		op, keys := class.op, class.keys()
		for _, c := range e.classes[class] {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", op, keys, c.name, c.columns())
			op, keys = "", ""
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := out.Write(trailing.ReplaceAll(text.Bytes(), []byte("\n")))
	return err
}

// trailing is what cells that are empty leave at the end of a line.
var trailing = regexp.MustCompile(` +\n`)

// keys returns the range of a class: "100 to 999".
func (c sizeClass) keys() string {
	first := int64(math.Pow10(c.digits - 1))
	if c.digits == 1 {
		first = 0
	}
	return fmt.Sprintf("%s to %s", grouped(first), grouped(int64(math.Pow10(c.digits))-1))
}

func (c *explained) columns() string {
	predicted, note := "not run", ""
	if c.asked > 0 {
		predicted = micros(c.predicted / c.asked)
	}
	if c.scale != 1 {
		note = fmt.Sprintf("now ×%.2g of its profile", c.scale)
	}
	if c.failures > 0 {
		note = fmt.Sprintf("failed at %d: %s", c.failures, c.failure)
	} else if c.quarantined > 0 {
		note = "in quarantine"
	}
	if c.chosen == 0 {
		return fmt.Sprintf("%s\t\t\t\t%s", predicted, note)
	}
	n := float64(c.chosen)
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s", predicted, grouped(int64(c.chosen)), micros(c.expected/n), micros(c.measured/n), note)
}

// micros shows nanoseconds as microseconds of three digits.
func micros(nanos float64) string {
	digits := 2
	for limit := 10_000.0; digits > 0 && nanos >= limit; limit *= 10 {
		digits--
	}
	return fmt.Sprintf("%.*f µs", digits, nanos/1000)
}
