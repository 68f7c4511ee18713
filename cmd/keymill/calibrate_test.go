package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"html"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/hash"
)

// modelled returns a calibration of three backends whose costs are lines: b is the fastest from
// 101 keys on, c from 10,001 on.
func modelled() *keymill.Calibration {
	c := &keymill.Calibration{}
	for name, cost := range map[string]keymill.Cost{
		"a": {Fixed: 100, PerKey: 10}, "b": {Fixed: 1000, PerKey: 1}, "<c>": {Fixed: 6000, PerKey: 0.5},
	} {
		line := keymill.Line{Op: keymill.Op{Hash: hash.XXH3, Class: keymill.Width16}, Cost: cost, From: keymill.Measured,
			Residual: keymill.Residual{Points: 9, Largest: 0.25, Median: 0.125}}
		c.Backends = append(c.Backends, keymill.Calibrated{Name: name, Lines: []keymill.Line{line}})
		for _, keys := range []int{1, 4, 16, 64, 256, 1024} {
			c.Points = append(c.Points, keymill.Point{Backend: name, Op: line.Op, Keys: keys, Bytes: 16 * keys, Nanos: cost.Nanos(keys, 0)})
		}
	}
	c.Backends[1].Lacks = []keymill.Lack{{Op: keymill.Op{Hash: hash.CRC32}, Reason: "no\x1b kernel"}}
	return c
}

func TestCalibrateReport(t *testing.T) {
	r := newCalibrateReport(modelled())
	require.Len(t, r.Works, 1, "what no backend does is left out")
	w := r.Works[0]
	require.Len(t, w.Crossovers, 3)
	for i, want := range []crossover{{1, "a"}, {101, "b"}, {10_001, "<c>"}} {
		require.Equal(t, want.Backend, w.Crossovers[i].Backend)
		require.InEpsilon(t, want.Keys, w.Crossovers[i].Keys, 0.01)
	}
	r.Saved = "/there"
	var out bytes.Buffer
	require.NoError(t, r.writeText(&out))
	text := out.String()
	require.Regexp(t, `(?m)^ +64 .*\*11\.6`, text, "the fastest is marked")
	require.Regexp(t, `(?m)^ +4,096 .*\*\(1\.24\)`, text, "what was not measured is marked")
	require.Contains(t, text, "( ) not measured: what the fit says")
	require.Regexp(t, `fit off by, median +12\.5 % +12\.5 % +12\.5 %\n +at most +25\.0 %`, text)
	require.Regexp(t, `(?m)^b from 10\d keys on\n<c> from 10,0\d\d keys on$`, text)
	require.Contains(t, text, " lacks 1 op, such as crc32/ragged/none: no\\x1b kernel")
	require.True(t, strings.HasSuffix(text, "\nprofile saved in /there\n"), text)
}

// The plot shows where each backend is, and a bar where they cross.
func TestCalibratePlot(t *testing.T) {
	w := newCalibrateReport(modelled()).Works[0]
	letters := map[string]byte{}
	for i, name := range w.names {
		letters[name] = letter(i)
	}
	var out bytes.Buffer
	w.writePlot(&out)
	rows := strings.Split(out.String(), "\n")
	require.Len(t, rows, plotHeight+1+3+1)
	column := func(keys float64) int { return 10 + int(math.Round((plotWidth-1)*math.Log(keys)/math.Log(shownKeys))) }
	at := func(row string, x int) byte { return (row + strings.Repeat(" ", 100))[x] }
	lowest := func(keys float64) (c byte) {
		for _, row := range rows[:plotHeight] {
			if got := at(row, column(keys)); got != ' ' && got != '|' {
				c = got
			}
		}
		return c
	}
	require.Equal(t, letters["a"], lowest(5))
	require.Equal(t, letters["b"], lowest(1500))
	require.Equal(t, letters["<c>"], lowest(5e6))
	for _, keys := range []float64{101, 10_050} {
		bars := 0
		for _, row := range rows[:plotHeight] {
			if at(row, column(keys)) == '|' {
				bars++
			}
		}
		require.Greater(t, bars, plotHeight/2, keys)
	}
	require.Regexp(t, `^ +6,001 `, rows[0], "the greatest time a key")
	require.Regexp(t, `^ +keys 1 +10 +100 +1,000 +10,000 +100,000 +1,000,000 +10,000,000`, rows[plotHeight])
}

// The page is whole by itself: nothing is loaded, names are escaped, and what is measured and fitted is in the
// picture.
func TestCalibrateHTML(t *testing.T) {
	r := newCalibrateReport(modelled())
	name := filepath.Join(t.TempDir(), "out.html")
	a := &app{terminal: terminal{clock: func() time.Time { return time.Date(2025, 3, 4, 17, 38, 0, 0, time.UTC) }},
		args: []string{"calibrate", "--html", "it's.html"}}
	require.NoError(t, a.writePage(name, r.page()))
	out, err := os.ReadFile(name)
	require.NoError(t, err)
	text := string(out)
	require.Contains(t, text, "&lt;c&gt; from 10,0")
	require.NotContains(t, text, "<c>")
	require.NotRegexp(t, `(?i)<script|<link|<img|https?:|url\(|@import`, text)
	require.Contains(t, text, "4 March 2025, 17:38 UTC by keymill "+html.EscapeString(version()))
	require.Contains(t, html.UnescapeString(text), `<code>keymill calibrate --html 'it'\''s.html'</code>`)
	svg := regexp.MustCompile(`(?s)<div class="drawing">(<svg.*?</svg>)`).FindSubmatch(out)[1]
	classes := map[string]int{}
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			for _, a := range start.Attr {
				if a.Name.Local == "class" {
					classes[start.Name.Local+"."+strings.Fields(a.Value)[0]]++
				}
			}
		}
	}
	require.Equal(t, 3, classes["path.curve"])
	require.Equal(t, 18, classes["circle.dot"])
	require.Equal(t, 2, classes["line.edge"], "where another becomes the fastest")
	for _, row := range r.Works[0].Sizes {
		require.Contains(t, text, "<td>"+grouped(int64(row.Keys))+"</td>")
		for _, b := range row.Times {
			require.Contains(t, text, ">"+significant(b.NS)+"</td>")
		}
	}
	require.ErrorContains(t, a.writePage(filepath.Join(t.TempDir(), "none", "x.html"), r.page()), "--html: ")
}

// A lead that another measurement would give to another is no crossover.
func TestCrossoversLeaveOutWhatIsNoise(t *testing.T) {
	w := calibrateRow{Op: keymill.Op{Hash: hash.XXH3, Class: keymill.Width16}, KeyBytes: 16, names: []string{"a", "b"}}
	for _, cost := range []keymill.Cost{{Fixed: 100, PerKey: 1}, {Fixed: 101, PerKey: 0.98}} {
		w.profiles = append(w.profiles, keymill.Profile{w.Op: cost})
	}
	require.Equal(t, []crossover{{1, "a"}}, w.cross())
	w.profiles[1][w.Op] = keymill.Cost{Fixed: 101, PerKey: 0.9}
	require.Equal(t, []crossover{{1, "a"}, {11, "b"}}, w.cross(), "where it begins, not where it is large")
}

// calibrateWith runs the command, quickly, for an own place of profiles.
func calibrateWith(t *testing.T, profile string, f calibrateFlags) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{terminal: terminal{out: &out, err: &errs, profile: profile}}
	f.quick, f.hashes = true, []hash.Func{hash.XXH3}
	err = a.calibrate(t.Context(), f)
	return out.String(), errs.String(), err
}

// What is calibrated is saved, and used from then on.
func TestCalibrateSaves(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "keymill", "profile.json")
	out, errs, err := calibrateWith(t, profile, calibrateFlags{backend: backend.Auto, workers: 2, json: true})
	require.NoError(t, err)
	require.Empty(t, errs)
	var report struct {
		Saved    string
		Seconds  float64
		Works    []calibrateRow
		Backends []keymill.Calibrated
		Points   []keymill.Point
	}
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, profile, report.Saved)
	require.Len(t, report.Works, 2, "xxh3 is all that was asked for")
	require.NotEmpty(t, report.Points)

	a := &app{terminal: terminal{err: io.Discard, profile: profile}}
	candidates, err := a.candidates(backend.Auto, 1, "")
	require.NoError(t, err)
	for i, c := range candidates {
		require.Equal(t, report.Backends[i].Name, c.Name())
		for _, l := range report.Backends[i].Lines {
			require.Equal(t, l.Cost, c.Profile[l.Op])
		}
		require.Len(t, c.Profile, len(report.Backends[i].Lines), "not the built-in costs of other ops")
	}
	builtin, err := a.candidates(backend.Auto, 1, builtinProfile)
	require.NoError(t, err)
	chosen, err := backend.Choose(backend.Auto, 1)
	require.NoError(t, err)
	for i := range builtin {
		require.Equal(t, chosen[i].Profile, builtin[i].Profile)
	}
}

func TestCalibrateSavesNothing(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "profile.json")
	pageFile := filepath.Join(t.TempDir(), "out.html")
	for want, f := range map[string]calibrateFlags{
		"\nprofile not saved: --dry-run\n":                     {backend: backend.Auto, dryRun: true, html: pageFile},
		"\nprofile not saved: --backend leaves backends out\n": {backend: "cpu"},
	} {
		f.workers = 1
		out, _, err := calibrateWith(t, profile, f)
		require.NoError(t, err)
		require.Contains(t, out, want)
		require.NoFileExists(t, profile)
	}
	require.FileExists(t, pageFile)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code := run(ctx, []string{"calibrate", "--quick"}, terminal{out: io.Discard, err: io.Discard, profile: profile})
	require.Equal(t, exitInterrupted, code)
	require.NoFileExists(t, profile)
}

func TestCalibrateUsage(t *testing.T) {
	_, errs, code := call(t, "", "calibrate", "--workers", "-1")
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "--workers -1: it takes 1 to 1024")
	_, errs, code = call(t, "", "calibrate", "--html", filepath.Join("no", "such", "folder.html"))
	require.Equal(t, exitUsage, code)
	require.Contains(t, errs, "--html: the folder of the file: ")
	_, errs, code = call(t, "", "calibrate", "--backend", "nosuch")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, `backend "nosuch" is not available here`)
}

// A profile that cannot be used is ignored, and one line says so; one that is not there is what
// most users have.
func TestIgnoredProfiles(t *testing.T) {
	damaged := write(t, "profile.json", `{"schema":1}`)
	for _, args := range [][]string{{"hash"}, {"place", "--scheme", "redis"}, {"ingest", "--into", "mem:"}, {"demo", "--dir", t.TempDir()}} {
		_, errs, code := call(t, "a\n", append(args, "--profile", damaged)...)
		require.Zero(t, code, args)
		require.Equal(t, "keymill: ignored: the profile "+damaged+" is damaged: its checksum is wrong: run 'keymill calibrate'\n", errs, args)
		_, errs, code = call(t, "a\n", append(args, "--profile", damaged+"x")...)
		require.Zero(t, code, args)
		require.Contains(t, errs, "keymill: ignored: the profile cannot be read: ")
		done(t, "a\n", append(args, "--profile", "builtin")...)
	}
	for profile, want := range map[string]string{"": "", damaged: "keymill: ignored: the profile ", damaged + "x": ""} {
		var errs bytes.Buffer
		code := run(t.Context(), []string{"hash"}, terminal{in: strings.NewReader("a\n"), out: io.Discard, err: &errs, profile: profile})
		require.Zero(t, code)
		require.Contains(t, errs.String(), want)
		require.Equal(t, want == "", errs.Len() == 0, errs.String())
	}
}

func TestCalibrateBar(t *testing.T) {
	require.Equal(t, "making keys", bar(0, 0, time.Second))
	require.Equal(t, "[##########------------------------------] 25 %, 9s left", bar(2500, 10_000, 3*time.Second))
	var errs bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		a := &app{terminal: terminal{err: &errs, errIsTerminal: true}}
		t.Setenv("TERM", "xterm")
		progress, stop := a.watchShare()
		progress(50, 100)
		time.Sleep(time.Second)
		stop()
	})
	require.Contains(t, errs.String(), "[####################--------------------] 50 %")
}
