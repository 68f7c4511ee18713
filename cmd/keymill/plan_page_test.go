package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// planned runs a verb that must succeed, and returns its page and its output.
func planned(t *testing.T, stdin string, args ...string) (page, out string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "report.html")
	var stdout, errs bytes.Buffer
	code := run(t.Context(), append([]string{"plan"}, append(args, "--html", name)...), terminal{
		in: strings.NewReader(stdin), out: &stdout, err: &errs,
		clock: func() time.Time { return time.Date(2025, 3, 4, 17, 38, 0, 0, time.UTC) },
	})
	require.Zero(t, code, errs.String())
	contents, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Less(t, len(contents), 2_000_000)
	wellFormed(t, contents)
	return strings.ReplaceAll(string(contents), name, "report.html"), stdout.String()
}

// wellFormed says that a page is of UTF-8 that can be seen, loads nothing and runs nothing, and that its drawings
// are XML with titles and descriptions.
func wellFormed(t *testing.T, page []byte) {
	t.Helper()
	require.True(t, utf8.Valid(page))
	require.Negative(t, bytes.IndexFunc(page, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }))
	require.NotRegexp(t, `(?i)<script|<link|<img|<iframe|<object|url\(|@import|<[^>]* (on[a-z]+|src|href)=`, string(page))
	for _, svg := range regexp.MustCompile(`(?s)<div class="drawing">(<svg.*?</svg>)</div>`).FindAllSubmatch(page, -1) {
		require.Regexp(t, `^<svg [^>]*role="img"><title>[^<]+</title><desc>[^<]+</desc>`, string(svg[1]))
		require.NotRegexp(t, `NaN|Inf`, string(svg[1]))
		for d := xml.NewDecoder(bytes.NewReader(svg[1])); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else {
				require.NoError(t, err)
			}
		}
	}
}

// shownText is what a page shows, a blank between any two elements.
func shownText(page string) string {
	body := page[strings.Index(page, "<body>"):]
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "))
}

// numbersOf calls see with each number of a JSON value, and where it is: placements.spread.keys.max.
func numbersOf(value any, path string, see func(path string, n json.Number)) {
	switch value := value.(type) {
	case map[string]any:
		for name, of := range value {
			numbersOf(of, strings.TrimPrefix(path+"."+name, "."), see)
		}
	case []any:
		for _, of := range value {
			numbersOf(of, path, see)
		}
	case json.Number:
		see(path, value)
	}
}

// forms are the ways in which pages write a number.
func forms(n json.Number) (all []string) {
	if whole, err := strconv.ParseUint(n.String(), 10, 64); err == nil {
		all = append(all, groupedUint(whole), n.String(), size(int64(whole)), significant(float64(whole)))
	}
	x, _ := n.Float64()
	for digits := range 6 {
		all = append(all, strconv.FormatFloat(x, 'f', digits, 64), strconv.FormatFloat(100*x, 'f', digits, 64))
	}
	return append(all, figure(x), odds(x), manyText(x))
}

// pagesOf are command lines whose pages have all numbers of the report, and where of the report that is not asked for:
// the median and the ends of what chance makes of figures that stand in other words, and what follows from others.
var pagesOf = []struct {
	name    string
	args    []string
	but     string
	atLeast int // numbers
}{
	{"balance", []string{"balance", "--scheme", "kafka", "--partitions", "12"}, `min$|max$|mean$|fullest$|median|chi_square$|placed|total`, 50},
	{"balance of nodes", []string{"balance", "--scheme", "redis", "--nodes", "NODES", "--by", "bytes"}, `^loads|min$|max$|mean$|fullest$|median|chi_square$|placed|total|\.of$`, 60},
	{"compare", []string{"compare", "--scheme", "kafka,jump,ketama", "--partitions", "40"}, `loads|min$|max$|mean$|fullest$|median|chi_square$|placed|spread\.bytes|at_most|total|effective|p99_over_mean\.|gini\.`, 20},
	{"reshard", []string{"reshard", "--scheme", "kafka", "--from", "12", "--to", "16"}, `spread_.*\.(of|min|max|mean|fullest|chi_square|gini|p99_over_mean|total|empty)$|places\.(before|after)\.bytes`, 200},
	{"rebalance", []string{"reshard", "--scheme", "redis", "--nodes", "NODES", "--to-nodes", "MORE", "--rebalance"}, `spread.*\.|places\.(before|after)\.bytes|partition_moves|weight`, 30},
	{"hot", []string{"hot", "--scheme", "kafka", "--partitions", "64", "--top", "100"}, `load\.bytes|total\.bytes|total\.weight|unplaced|partitions$`, 500},
	{"split", []string{"split", "--parts", "30"}, `total\.bytes|spread\.|at_best`, 90},
	{"capacity", []string{"capacity", "--scheme", "rendezvous", "--limit", "1500", "--racks", "3", "--fill", "0.8", "--growth", "1.3"}, `total\.bytes|unplaced|from$|up_to$|lost\.max_over_mean|tried\.weight|lost\.weight|skipped`, 40},
	{"identify", []string{"identify"}, `rows|largest|contradictory|repeated|unplaced|absent|rejected|needed|different|fitting|partitions_|functions|low$|high$`, 5},
}

// pageRows are the first of someRows.
func pageRows() string {
	return strings.Join(strings.SplitAfterN(someRows(), "\n", 20_001)[:20_000], "")
}

// inputOf is what a verb of pagesOf reads: rows or, if it is to identify, pairs.
func inputOf(t *testing.T, rows string, args []string) (file string, all []string) {
	file = write(t, "rows.tsv", rows)
	if args[0] == "identify" {
		file = write(t, "pairs.tsv", done(t, "", "place", "--scheme", "kafka", "--partitions", "12", write(t, "keys.tsv", strings.Join(strings.SplitAfterN(rows, "\n", 201)[:200], ""))))
	}
	nodes, more := write(t, "nodes.txt", "a\nb weight=2\nc\n"), write(t, "more.txt", "a\nb weight=2\nc\nd\n")
	for _, arg := range args {
		all = append(all, strings.NewReplacer("NODES", nodes, "MORE", more).Replace(arg))
	}
	return file, all
}

// Every number of the report is on the page, which says the answer, the command, the date and the version.
func TestPlanPagesHaveAllNumbers(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	rows := pageRows()
	for _, c := range pagesOf {
		t.Run(c.name, func(t *testing.T) {
			file, args := inputOf(t, rows, c.args)
			page, out := planned(t, "", append(args, "--json", file)...)
			text := shownText(page)
			require.Contains(t, text, "4 March 2025, 17:38 UTC by keymill "+version())
			require.Contains(t, text, "keymill plan "+c.args[0]+" ")
			require.Contains(t, text, "--html report.html")
			require.Regexp(t, `<h1>[^<]{10,}</h1>`, page)
			words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n:;()–→", r) })
			for i, word := range words {
				words[i] = strings.Trim(strings.TrimSuffix(word, "."), ",")
			}
			slices.Sort(words)
			has := func(n string) bool {
				for _, word := range strings.Fields(n) {
					if _, found := slices.BinarySearch(words, word); !found {
						return false
					}
				}
				return true
			}
			decoder := json.NewDecoder(strings.NewReader(out))
			decoder.UseNumber()
			var report any
			require.NoError(t, decoder.Decode(&report))
			seen := 0
			numbersOf(report, "", func(path string, n json.Number) {
				if regexp.MustCompile(c.but).MatchString(path) || n == "0" {
					return
				}
				seen++
				require.True(t, slices.ContainsFunc(forms(n), has), "%s: %s", path, n)
			})
			require.GreaterOrEqual(t, seen, c.atLeast)
		})
	}
}

// The same input is the same page, whatever the workers and however the input is cut.
func TestPlanPagesAreTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	rows := pageRows()
	for _, c := range pagesOf {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "identify" {
				return // one worker reads the pairs
			}
			file, args := inputOf(t, rows, c.args)
			page := func(args ...string) string {
				page, _ := planned(t, "", args...)
				return regexp.MustCompile(`<code>.*?</code>`).ReplaceAllString(page, "")
			}
			one := page(append(args, "--workers", "1", file)...)
			require.Equal(t, one, page(append(args, "--workers", "7", file)...))
			if c.name == "split" {
				return // which rows are drawn depends on the file that they are in
			}
			at := strings.Index(rows[len(rows)/3:], "\n") + len(rows)/3 + 1
			require.Equal(t, one, page(append(args, write(t, "a.tsv", rows[:at]), write(t, "b.tsv", rows[at:]))...))
		})
	}
}

// Whatever the keys are, pages are well-formed, and say what the keys are.
func TestPlanPagesOfHostileKeys(t *testing.T) {
	keys := []string{"<script>alert(1)</script>", `"><svg onload=x>`, "a\x1b[31mb", "\u202eright to left", "\xff\xfe", "{{.}}", "</title>", "&amp;", strings.Repeat("long", 300), " ", "键"}
	var rows strings.Builder
	for i, key := range keys {
		for range 1 + i*7 {
			rows.WriteString(key + "\n")
		}
	}
	file := write(t, "rows.txt", rows.String())
	page, _ := planned(t, "", "hot", "--scheme", "kafka", "--partitions", "3", "--top", "20", "--format", "lines", file)
	text := shownText(page)
	for _, want := range []string{"<script>alert(1)</script>", `"\"><svg onload=x>"`, `"a\x1b[31mb"`, `"\u202eright to left"`, `"\xff\xfe"`, "{{.}}", "</title>", "&amp;", "longlong… (1,200 bytes)", "键"} {
		require.Contains(t, text, want)
	}
	for _, args := range [][]string{
		{"split", "--parts", "5"}, {"balance", "--scheme", "kafka", "--partitions", "3", "--by", "bytes"}, {"compare", "--scheme", "jump,kafka", "--partitions", "4"},
		{"reshard", "--scheme", "kafka", "--from", "2", "--to", "3"}, {"capacity", "--scheme", "kafka", "--limit", "100"},
	} {
		planned(t, "", append(args, "--format", "lines", file)...)
	}
	pairs := ""
	for i, key := range keys[:5] {
		pairs += fmt.Sprintf("%s\t%d\n%s\t%d\n", key, i, key, i+1)
	}
	name := filepath.Join(t.TempDir(), "x.html")
	_, _, code := call(t, pairs, "plan", "identify", "--html", name)
	require.Equal(t, exitFailed, code, "they are none of any function")
	contents, err := os.ReadFile(name)
	require.NoError(t, err)
	wellFormed(t, contents)
	require.Contains(t, shownText(string(contents)), `"\u202eright to left"`)
}
