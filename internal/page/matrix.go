package page

import (
	"fmt"
	"math"
)

// Matrix is what goes from each place to each other: a cell for each two, the darker the more.
type Matrix struct {
	Title, Description string
	From, To           []string // places before and after
	Moves              []Move
	Stays              func(from, to int) bool // that cell is what does not move; nil: there is none
	Out, In            []float64               // sums of rows and columns
	Unit               string
	Number             func(float64) string // of a tip
}

// Move is what goes from one place to another, by their numbers.
type Move struct {
	From, To int
	Amount   float64
}

// MaxMatrix is how many places a matrix shows each way: more of them go together, as [Matrix.Fold] does.
const MaxMatrix = 24

// Fold returns the matrix with no more than MaxMatrix places each way: neighbours are added up.
func (m *Matrix) Fold() *Matrix {
	if len(m.From) <= MaxMatrix && len(m.To) <= MaxMatrix {
		return m
	}
	rows, columns := folds(len(m.From)), folds(len(m.To))
	f := *m
	f.From, f.To = folded(m.From, rows), folded(m.To, columns)
	f.Out, f.In = make([]float64, len(f.From)), make([]float64, len(f.To))
	f.Moves = make([]Move, len(m.Moves))
	for i, move := range m.Moves {
		f.Moves[i] = Move{move.From / rows, move.To / columns, move.Amount}
	}
	for i, x := range m.Out {
		f.Out[i/rows] += x
	}
	for j, x := range m.In {
		f.In[j/columns] += x
	}
	f.Stays = nil
	return &f
}

// folds is how many neighbours go together.
func folds(n int) int { return (n + MaxMatrix - 1) / MaxMatrix }

func folded(names []string, by int) (all []string) {
	if by == 1 {
		return names
	}
	for i := 0; i < len(names); i += by {
		last := min(i+by, len(names)) - 1
		if last == i {
			all = append(all, names[i])
		} else {
			all = append(all, names[i]+" – "+names[last])
		}
	}
	return all
}

// Drawing draws the matrix, which is not larger than MaxMatrix.
func (m *Matrix) Drawing() *Drawing {
	names := textWidth("from", tickSize)
	for _, name := range m.From {
		names = max(names, textWidth(name, tickSize+1))
	}
	names = min(names, 150) + 10
	const sums = 64
	size := min((pageWidth-names-sums)/float64(len(m.To)), 62)
	high := min(size, 34)
	longest := 0.0
	for _, name := range m.To {
		longest = max(longest, textWidth(name, tickSize))
	}
	tilted := longest > size-4
	top := 40.0
	if tilted {
		top = 30 + min(longest, 120)*0.71
	}
	width := size * float64(len(m.To))
	d := &Drawing{Title: m.Title, Description: m.Description, Width: pageWidth, Height: top + high*float64(len(m.From)) + 34}
	d.text("tick", names-10, top-8, atEnd, "from")
	d.text("tick", names, 12, atStart, "to")
	d.text("tick", names+width+sums-6, top-8, atEnd, "out")
	for j, name := range m.To {
		x := names + size*(float64(j)+0.5)
		if tilted {
			short, cut := shorten(name, 120, tickSize)
			mark := Mark{Shape: shapeText, Class: "tick", X: x + 4, Y: top - 8, Text: short, Anchor: atStart, Turn: -45}
			if cut {
				mark.Tip = name
			}
			d.add(mark)
		} else {
			d.text("tick", x, top-8, atMiddle, name)
		}
	}
	cells := make([][]float64, len(m.From))
	for i := range cells {
		cells[i] = make([]float64, len(m.To))
	}
	most := 0.0
	for _, move := range m.Moves {
		cells[move.From][move.To] += move.Amount
		most = max(most, cells[move.From][move.To])
	}
	for i, row := range cells {
		y := top + high*float64(i)
		middle := y + high/2 + 4.2
		d.label("", names-10, middle, atEnd, m.From[i], names-10, tickSize+1)
		for j, x := range row {
			m.cell(d, i, j, x, most, names+size*float64(j), y, size, high)
		}
		d.text("quiet", names+width+sums-6, middle, atEnd, Short(m.Out[i]))
	}
	y := top + high*float64(len(m.From)) + 19
	d.text("tick", names-10, y, atEnd, "in")
	for j, x := range m.In {
		class := "quiet"
		if size < 40 {
			class = "quiet small"
		}
		d.text(class, names+size*(float64(j)+0.5), y, atMiddle, Short(x))
	}
	return d
}

func (m *Matrix) stays(i, j int) bool { return m.Stays != nil && m.Stays(i, j) }

// cell draws how much goes from i to j, beside the most that does.
func (m *Matrix) cell(d *Drawing, i, j int, amount, most, x, y, size, high float64) {
	const gap = 1
	if m.stays(i, j) {
		d.box("stays", x+gap+0.5, y+gap+0.5, x+size-gap-0.5, y+high-gap-0.5, m.From[i]+": stays")
		return
	}
	level := heatLevel(amount, most)
	d.box(fmt.Sprintf("heat%d", level), x+gap, y+gap, x+size-gap, y+high-gap,
		fmt.Sprintf("%s → %s: %s %s", m.From[i], m.To[j], m.Number(amount), m.Unit))
	if amount == 0 {
		return
	}
	class := "on-light"
	if level >= 4 {
		class = "on-dark"
	}
	if size < 40 {
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
