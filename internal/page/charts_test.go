package page

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// profileOf draws values.
func profileOf(values []float64, p Profile) *Drawing {
	p.Title, p.Description, p.Things, p.Quantity, p.By = "T", "D", "partitions", "rows", "chance"
	for _, v := range values {
		p.Add(v)
	}
	return p.Drawing()
}

var countTip = regexp.MustCompile(`^([0-9,]+) partitions have ([0-9.,]+)(?: to (?:below )?([0-9.,]+))?$`)

// counted returns from how many to how many a box of the histogram counts, and how many.
func counted(t *testing.T, e *element) (low, high float64, count int) {
	t.Helper()
	parts := countTip.FindStringSubmatch(e.tip)
	require.NotNil(t, parts, e.tip)
	number := func(s string) float64 {
		x, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
		require.NoError(t, err)
		return x
	}
	low = number(parts[2])
	high = low
	if parts[3] != "" {
		high = number(parts[3])
	}
	return low, high, int(number(parts[1]))
}

// The histogram counts every value once, where it is; the curve goes from the least to the greatest.
func TestProfile(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 41, 1000, 1 << 20} {
		for _, mean := range []float64{0.5, 3, 61, 1e6, 1e12} {
			if n > 1000 && mean != 61 {
				continue
			}
			values := make([]float64, n)
			for i := range values {
				values[i] = math.Round(max(mean+math.Sqrt(mean)*rng.NormFloat64(), 0))
			}
			d := profileOf(values, Profile{Mean: mean, Whole: true, Band: &Band{mean - 2.6*math.Sqrt(mean), mean + 2.6*math.Sqrt(mean)},
				Chance: func(x float64) float64 { return 0.5 * (1 + math.Erf((x-mean)/math.Sqrt(2*mean))) }})
			require.Less(t, len(rendered(t, &Page{Sections: []Section{{Figures: []Figure{{Drawing: d}}}}})), 100_000)
			all := drawn(t, d)
			total := 0
			slices.Sort(values)
			boxes := of(all, "rect", "bar")
			require.Less(t, len(boxes), 70)
			for _, box := range boxes {
				low, high, count := counted(t, box)
				total += count
				if mean <= 61 { // more than 14 bits are rounded down
					first, _ := slices.BinarySearch(values, low)
					end, _ := slices.BinarySearch(values, high+1)
					require.Equal(t, end-first, count, "%d of mean %v: %s", n, mean, box.tip)
				}
			}
			require.Equal(t, n, total)
			curve := numbers(t, of(all, "path", "curve one")[0].attributes["d"])
			for i := 2; i < len(curve); i += 2 {
				require.GreaterOrEqual(t, curve[i], curve[i-2])
				require.LessOrEqual(t, curve[i+1], curve[i-1], "up is down in an SVG")
			}
			require.NotContains(t, strings.Join(texts(all), "|"), "above")
		}
	}
}

// A few that have many times what all others have do not make those look alike: they are said to be beyond.
func TestProfileBeyond(t *testing.T) {
	values := slices.Repeat([]float64{80, 90, 100, 110}, 1000)
	values = append(values, 50_000, 1_234_567)
	all := drawn(t, profileOf(values, Profile{Mean: 95, Whole: true, Band: &Band{75, 130}}))
	require.Contains(t, texts(all), "▲ 2 of 4,002 above, up to 1.2M")
	boxes := of(all, "rect", "bar")
	require.Len(t, boxes, 4)
	require.Equal(t, "1,000 partitions have 80 to 84", boxes[0].tip)
	require.Greater(t, boxes[0].number(t, "height"), 2.0)
}

func TestProfileOfAnything(t *testing.T) {
	for _, values := range [][]float64{nil, {0}, {0, 0, 0}, {math.MaxUint64}, {0, math.MaxUint64}, slices.Repeat([]float64{7}, 100), {0.25, 1, 1.75}} {
		for _, whole := range []bool{false, true} {
			drawn(t, profileOf(values, Profile{Whole: whole}))
			drawn(t, profileOf(values, Profile{Whole: whole, Mean: 1, Band: &Band{0, 0}, Chance: func(float64) float64 { return 1 }}))
		}
	}
}

func names(prefix string) func(int) string {
	return func(i int) string { return prefix + fmt.Sprint(i) }
}

// What the cells and their sums say is what moves; of many places neighbours are added up.
func TestMatrix(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, size := range [][2]int{{1, 1}, {3, 4}, {12, 16}, {24, 24}, {25, 3}, {100, 100}, {1 << 20, 30}} {
		m := &Matrix{Title: "T", Description: "D", From: Axis{size[0], names("from-")}, To: Axis{size[1], names("to-")}, Unit: "rows",
			Number: func(x float64) string { return strconv.Itoa(int(x)) }}
		rows, columns := m.From.Folds(), m.To.Folds()
		want, out, in := map[[2]int]int{}, map[int]int{}, map[int]int{}
		for range 500 {
			i, j, n := rng.IntN(size[0]), rng.IntN(size[1]), rng.IntN(1000)
			m.Moves = append(m.Moves, Move{i, j, float64(n)})
			want[[2]int{i / rows, j / columns}] += n
			out[i/rows] += n
			in[j/columns] += n
		}
		all := drawn(t, m.Drawing())
		most := 0
		for _, n := range want {
			most = max(most, n)
		}
		cells := 0
		for _, e := range all {
			if e.name != "rect" {
				continue
			}
			parts := regexp.MustCompile(`^from-(\d+)(?: – from-(\d+))? → to-(\d+)(?: – to-(\d+))?: (\d+) rows$`).FindStringSubmatch(e.tip)
			require.NotNil(t, parts, e.tip)
			from, _ := strconv.Atoi(parts[1])
			to, _ := strconv.Atoi(parts[3])
			n, _ := strconv.Atoi(parts[5])
			require.Zero(t, from%rows+to%columns, e.tip)
			require.Equal(t, want[[2]int{from / rows, to / columns}], n)
			level := 0
			if n > 0 {
				level = 1 + min(5*n/most, 4)
			}
			require.Equal(t, fmt.Sprintf("heat%d", level), e.class)
			cells++
		}
		require.Equal(t, len(m.From.names())*len(m.To.names()), cells)
		require.LessOrEqual(t, cells, MaxMatrix*MaxMatrix)
		for _, sums := range []map[int]int{out, in} {
			for _, n := range sums {
				require.Contains(t, texts(all), Short(float64(n)))
			}
		}
		for _, n := range want {
			require.True(t, n == 0 || slices.Contains(texts(all), Short(float64(n))))
		}
	}
}

// What stays is not a cell of what moves, unless neighbours go together.
func TestMatrixStays(t *testing.T) {
	number := func(x float64) string { return fmt.Sprint(x) }
	m := &Matrix{Title: "T", Description: "D", From: Axis{3, names("")}, To: Axis{4, names("")}, Stays: true, Number: number, Moves: []Move{{0, 3, 5}}}
	all := drawn(t, m.Drawing())
	require.Len(t, of(all, "rect", "stays"), 3)
	require.Len(t, of(all, "rect", "heat5"), 1)
	m.From, m.To = Axis{30, names("")}, Axis{30, names("")}
	require.Empty(t, of(drawn(t, m.Drawing()), "rect", "stays"))
	drawn(t, (&Matrix{Title: "T", Description: "D", Number: number}).Drawing())
}

// Points are where their values say, and lines across and down, too.
func TestLines(t *testing.T) {
	l := &Lines{Title: "T", Description: "D", XName: "nodes", YName: "rows", FromZero: true,
		Curves: []Curve{{Name: "all", Points: []Point{{X: 0, Y: 10, Tip: "tip"}, {X: 10, Y: 20}}}, {Name: "bounds", Points: []Point{{X: 0, Y: 15, Low: 10, High: 20}, {X: 10, Y: 20}}}},
		Across: []Line{{15, "limit"}, {1e9, "far"}}, Down: []Line{{5, "here"}}}
	all := drawn(t, l.Drawing())
	dots := of(all, "circle", "dot one")
	require.Len(t, dots, 2)
	require.Equal(t, "tip", dots[0].tip)
	y := func(e *element) float64 { return e.number(t, "cy") }
	limit := of(all, "line", "limit")
	require.Len(t, limit, 1, "what is far beyond does not make all else small")
	require.InDelta(t, (y(dots[0])+y(dots[1]))/2, limit[0].number(t, "y1"), 0.2)
	here := of(all, "line", "edge")[0].number(t, "x1")
	require.InDelta(t, (dots[0].number(t, "cx")+dots[1].number(t, "cx"))/2, here, 0.2)
	require.Len(t, of(all, "path", "between two"), 1)
	require.Empty(t, of(all, "path", "between one"))
	for _, text := range []string{"all", "bounds", "limit", "here", "nodes", "rows", "0", "5", "10", "15", "20"} {
		require.Contains(t, texts(all), text)
	}
	require.InDelta(t, y(dots[0])-(y(dots[0])-y(dots[1]))*-1, limitAt(t, all, 0), 0.3, "the axis begins at zero")

	// By logarithms equal factors are as far from each other.
	l = &Lines{Title: "T", Description: "D", XLog: true, YLog: true, Curves: []Curve{{Name: "c", Fit: []Point{{X: 1, Y: 1}, {X: 100, Y: 100}},
		Points: []Point{{X: 1, Y: 1}, {X: 10, Y: 10}, {X: 100, Y: 100}}}}}
	dots = of(drawn(t, l.Drawing()), "circle", "dot one")
	require.InDelta(t, dots[1].number(t, "cx")-dots[0].number(t, "cx"), dots[2].number(t, "cx")-dots[1].number(t, "cx"), 0.2)
	require.InDelta(t, y(dots[1])-y(dots[0]), y(dots[2])-y(dots[1]), 0.2)
}

// limitAt is where the line of the grid is that stands for a value.
func limitAt(t *testing.T, all []*element, value float64) float64 {
	for _, e := range all {
		if e.name == "text" && e.text == fmt.Sprint(value) && e.attributes["text-anchor"] == "end" {
			return e.number(t, "y") - 4
		}
	}
	t.Fatal(value)
	return 0
}

func TestLinesOfAnything(t *testing.T) {
	huge := float64(math.MaxUint64)
	for _, points := range [][]Point{nil, {{}}, {{X: 1, Y: 1}}, {{X: 1, Y: huge}, {X: huge, Y: 1}}, {{X: 1, Y: 5}, {X: 2, Y: 5}}, {{X: 1, Y: 1, Low: 1, High: huge}}} {
		for _, l := range []Lines{{}, {FromZero: true}, {XWhole: true}, {Across: []Line{{0, "l"}}}} {
			l.Title, l.Description, l.Curves = "T", "D", []Curve{{Points: points}, {Points: points}}
			drawn(t, l.Drawing())
		}
	}
	many := Lines{Title: "T", Description: "D", XLog: true, YLog: true}
	for i := range 12 {
		c := Curve{Name: fmt.Sprint(i)}
		for x := 1; x < 200; x++ {
			c.Points = append(c.Points, Point{X: float64(x), Y: float64(x)})
		}
		many.Curves = append(many.Curves, c)
		many.Down = append(many.Down, Line{float64(i + 1), "l"})
	}
	drawn(t, many.Drawing())
}

func TestLabelsDoNotLieOnEachOther(t *testing.T) {
	require.Equal(t, []float64{50, 66, 10}, spread([]float64{50, 51, 10}, 16, 0, 100))
	require.Equal(t, []float64{68, 84, 100}, spread([]float64{99, 99, 99}, 16, 0, 100))
	require.Equal(t, []float64{0, 16}, spread([]float64{0, 0}, 16, 0, 100))
	require.Empty(t, spread(nil, 16, 0, 100))
}
