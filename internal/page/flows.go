package page

// Flows are what places give and get: a row for each, a bar to the left and one to the right.
type Flows struct {
	Title, Description string
	Names              string   // what the places are
	Heads              []string // what the numbers are: those of Flow.Texts
	Unit               string
	Rows               []Flow
}

// Flow is a row of [Flows].
type Flow struct {
	Name    string
	Texts   []string
	Out, In float64
	OutText string
	InText  string
}

// Drawing draws the flows.
func (f *Flows) Drawing() *Drawing {
	const top = 26.0
	row := 24.0
	if len(f.Rows) > 16 {
		row = 19
	}
	names, most := textWidth(f.Names, tickSize), 0.0
	numbers := make([]float64, len(f.Heads))
	for i, head := range f.Heads {
		numbers[i] = textWidth(head, tickSize)
	}
	text := textWidth("999k", tickSize)
	for i := range f.Rows {
		r := &f.Rows[i]
		names = max(names, textWidth(r.Name, labelSize))
		most = max(most, r.Out, r.In)
		text = max(text, textWidth(r.OutText, tickSize), textWidth(r.InText, tickSize))
		for j, of := range r.Texts {
			numbers[j] = max(numbers[j], textWidth(of, labelSize))
		}
	}
	names, text = min(names, 190), min(text, widestNumber/2)
	for i := range numbers {
		numbers[i] = min(numbers[i], widestNumber/2)
	}
	if most == 0 {
		most = 1
	}
	bottom := top + row*float64(len(f.Rows))
	d := &Drawing{Title: f.Title, Description: f.Description, Width: pageWidth, Height: bottom + 24}
	d.text("tick", 0, 12, atStart, f.Names)
	end := names
	ends := make([]float64, len(numbers))
	for i, width := range numbers {
		end += width + 16
		ends[i] = end
		d.label("tick", end, 12, atEnd, f.Heads[i], width, tickSize)
	}
	middle := (end + 24 + pageWidth) / 2
	half := (pageWidth-end-24)/2 - text - 10
	out, in := scale{low: 0, high: most, from: middle, to: middle - half}, scale{low: 0, high: most, from: middle, to: middle + half}
	d.text("tick", middle-8, 12, atEnd, "← out, "+f.Unit)
	d.text("tick", middle+8, 12, atStart, "in, "+f.Unit+" →")
	ticks := in.ticks(max(2, int(half/80)))
	for _, t := range ticks {
		for _, x := range []float64{out.at(t), in.at(t)} {
			d.line("grid", x, top-2, x, bottom+2)
			d.text("tick", x, bottom+17, atMiddle, tickText(t, step(ticks)))
		}
	}
	for i := range f.Rows {
		r := &f.Rows[i]
		y := top + row*(float64(i)+0.5)
		d.label("", 0, y+4.3, atStart, r.Name, names, labelSize)
		for j, of := range r.Texts {
			d.label("", ends[j], y+4.3, atEnd, of, numbers[j], labelSize)
		}
		thick := row * 0.31
		if r.Out > 0 {
			d.box("bar out", out.at(r.Out), y-thick, middle, y+thick, r.Name+": out "+r.OutText)
			d.label("tick halo", out.at(r.Out)-5, y+4, atEnd, r.OutText, text, tickSize)
		}
		if r.In > 0 {
			d.box("bar", middle, y-thick, in.at(r.In), y+thick, r.Name+": in "+r.InText)
			d.label("tick halo", in.at(r.In)+5, y+4, atStart, r.InText, text, tickSize)
		}
	}
	d.line("axis", middle, top-2, middle, bottom+2)
	return d
}
