package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"os"
	"strings"
)

//go:embed calibrate.html
var calibratePage string

// The plots are so many units wide and high, with room for the labels.
const svgWidth, svgHeight, svgLeft, svgBottom = 760.0, 420.0, 60.0, 40.0

// writeHTML writes the report to a file of its own: it loads nothing from elsewhere.
func (r *calibrateReport) writeHTML(name string) error {
	page, err := template.New("calibrate").Funcs(template.FuncMap{
		"grouped": func(n int) string { return grouped(int64(n)) },
		"keys":    func(n int) string { return plural(int64(n), "key") },
		"digits":  significant,
		"percent": func(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) },
	}).Parse(calibratePage)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := page.Execute(&out, r); err != nil {
		return err
	}
	return os.WriteFile(name, out.Bytes(), 0o644)
}

// svgPlot is what the template needs to draw a plot.
type svgPlot struct {
	Width, Height, Left, Bottom float64
	Lines                       []svgLine
	X, Y                        []svgTick
	Crossings                   []svgTick
}

type svgLine struct {
	Name   string
	Color  string
	Path   string // of the fit
	Points []svgPoint
	At     float64 // of its name in the legend
}

type svgPoint struct{ X, Y float64 }

type svgTick struct {
	At   float64
	Text string
}

// svgColors can be told apart also by those who do not see all colours; there are more backends
// than colours only on machines of many cores.
var svgColors = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c564b"}

// Plot returns the plot of a work, for the template.
func (w *calibrateRow) Plot() svgPlot {
	low, high := w.span()
	high *= 1.1
	x := func(keys float64) float64 {
		return svgLeft + (svgWidth-svgLeft)*math.Log(keys)/math.Log(shownKeys)
	}
	y := func(ns float64) float64 {
		ns = min(max(ns, low), high) // a point may lie outside of what was fitted
		return (svgHeight - svgBottom) * math.Log(high/ns) / math.Log(high/low)
	}
	p := svgPlot{Width: svgWidth, Height: svgHeight, Left: svgLeft, Bottom: svgHeight - svgBottom}
	for i, name := range w.names {
		if math.IsInf(w.perKey(i, 1), 1) {
			continue
		}
		line := svgLine{Name: name, Color: svgColors[i%len(svgColors)], At: 16 * float64(len(p.Lines)+1)}
		var path strings.Builder
		for keys := 1; keys <= shownKeys; keys += 1 + keys/25 {
			fmt.Fprintf(&path, "%.1f,%.1f ", x(float64(keys)), y(w.perKey(i, keys)))
		}
		line.Path = strings.TrimSpace(path.String())
		for _, s := range w.points[i] {
			line.Points = append(line.Points, svgPoint{x(float64(s.keys)), y(s.ns)})
		}
		p.Lines = append(p.Lines, line)
	}
	for decade := 1; decade <= shownKeys; decade *= 10 {
		p.X = append(p.X, svgTick{x(float64(decade)), grouped(int64(decade))})
	}
	for decade := math.Pow(10, math.Ceil(math.Log10(low))); decade <= high; decade *= 10 {
		p.Y = append(p.Y, svgTick{y(decade), significant(decade)})
	}
	for _, c := range w.Crossovers[1:] {
		p.Crossings = append(p.Crossings, svgTick{x(float64(c.Keys)), fmt.Sprintf("%s from %s on", c.Backend, plural(int64(c.Keys), "key"))})
	}
	return p
}
