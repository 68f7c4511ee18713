package page

import (
	"fmt"
	"math"
)

// Matrix is what goes from each place to each other: a cell for each two, the darker the more. Of more than
// MaxMatrix places neighbours go together.
type Matrix struct {
	Title, Description string
	From, To           Axis // the places before and after
	Moves              []Move
	Stays              bool // from a place to that of the same name nothing moves: such cells are left out
	Unit               string
	Number             func(float64) string // of a tip
}

// Axis is places in a row.
type Axis struct {
	N    int
	Name func(i int) string
}

// Move is what goes from one place to another, by their numbers.
type Move struct {
	From, To int
	Amount   float64
}

// MaxMatrix is how many cells a matrix has each way.
const MaxMatrix = 24

// Folds returns how many neighbours go together; 1: each place is by itself.
func (a Axis) Folds() int { return (a.N + MaxMatrix - 1) / MaxMatrix }

// names returns what the cells are called.
func (a Axis) names() (all []string) {
	by := max(a.Folds(), 1)
	for i := 0; i < a.N; i += by {
		name := a.Name(i)
		if last := min(i+by, a.N) - 1; last > i {
			name += " – " + a.Name(last)
		}
		all = append(all, name)
	}
	return all
}

// cells are a matrix as it is drawn.
type cells struct {
	from, to []string
	amounts  [][]float64
	out, in  []float64 // sums of rows and columns
	most     float64
	stays    bool // as in Matrix; false if places go together
}

func (m *Matrix) cells() *cells {
	c := &cells{from: m.From.names(), to: m.To.names()}
	rows, columns := m.From.Folds(), m.To.Folds()
	c.stays = m.Stays && rows <= 1 && columns <= 1
	c.out, c.in = make([]float64, len(c.from)), make([]float64, len(c.to))
	for range c.from {
		c.amounts = append(c.amounts, make([]float64, len(c.to)))
	}
	for _, move := range m.Moves {
		i, j := move.From/rows, move.To/columns
		c.amounts[i][j] += move.Amount
		c.out[i] += move.Amount
		c.in[j] += move.Amount
		c.most = max(c.most, c.amounts[i][j])
	}
	return c
}

// sums is how wide the column of what each place gives is.
const sums = 64

// Drawing draws the matrix.
func (m *Matrix) Drawing() *Drawing {
	c := m.cells()
	names := textWidth("from", tickSize)
	for _, name := range c.from {
		names = max(names, textWidth(name, labelSize))
	}
	names = min(names, 150) + 10
	size := min((pageWidth-names-sums)/float64(max(len(c.to), 1)), 62)
	high := min(size, 34)
	longest := 0.0
	for _, name := range c.to {
		longest = max(longest, textWidth(name, tickSize))
	}
	tilted := longest > size-4
	top := 40.0
	if tilted {
		top = 30 + min(longest, 120)*0.71
	}
	width := size * float64(len(c.to))
	d := &Drawing{Title: m.Title, Description: m.Description, Width: pageWidth, Height: top + high*float64(len(c.from)) + 34}
	d.text("tick", names-10, top-8, atEnd, "from")
	d.text("tick", names, 12, atStart, "to")
	d.text("tick", names+width+sums-8, top-8, atEnd, "out")
	for j, name := range c.to {
		x := names + size*(float64(j)+0.5)
		if tilted {
			d.tilted(x+4, top-8, name, 120)
		} else {
			d.text("tick", x, top-8, atMiddle, name)
		}
	}
	for i, row := range c.amounts {
		y := top + high*float64(i)
		middle := y + high/2 + 4.2
		d.label("", names-10, middle, atEnd, c.from[i], names-10, labelSize)
		for j := range row {
			m.cell(d, c, i, j, names+size*float64(j), y, size, high)
		}
		d.text("quiet", names+width+sums-8, middle, atEnd, Short(c.out[i]))
	}
	y := top + high*float64(len(c.from)) + 19
	d.text("tick", names-10, y, atEnd, "in")
	class := "quiet"
	if size < smallCell {
		class = "quiet small"
	}
	for j, x := range c.in {
		d.text(class, names+size*(float64(j)+0.5), y, atMiddle, Short(x))
	}
	return d
}

// smallCell is the size below which numbers are in a smaller font.
const smallCell = 40

// tilted writes a text that goes up.
func (d *Drawing) tilted(x, y float64, text string, room float64) {
	short, cut := shorten(text, room, tickSize)
	mark := Mark{Shape: shapeText, Class: "tick", X: x, Y: y, Text: short, Anchor: atStart, Turn: -45}
	if cut {
		mark.Tip = text
	}
	d.add(mark)
}

// cell draws how much goes from i to j.
func (m *Matrix) cell(d *Drawing, c *cells, i, j int, x, y, size, high float64) {
	const gap = 1
	if c.stays && c.from[i] == c.to[j] {
		d.box("stays", x+gap+0.5, y+gap+0.5, x+size-gap-0.5, y+high-gap-0.5, c.from[i]+": stays")
		return
	}
	amount := c.amounts[i][j]
	level := heatLevel(amount, c.most)
	d.box(fmt.Sprintf("heat%d", level), x+gap, y+gap, x+size-gap, y+high-gap,
		fmt.Sprintf("%s → %s: %s %s", c.from[i], c.to[j], m.Number(amount), m.Unit))
	if amount == 0 {
		return
	}
	class := "on-light"
	if level >= 4 {
		class = "on-dark"
	}
	if size < smallCell {
		class += " small"
	}
	d.text(class, x+size/2, y+high/2+4, atMiddle, Short(amount))
}

// heatLevel is which of the six shades an amount has: none is by itself.
func heatLevel(amount, most float64) int {
	if amount <= 0 {
		return 0
	}
	return 1 + min(int(math.Floor(5*amount/most)), 4)
}
