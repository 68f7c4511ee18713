// Command table writes the table of README.md, between its two marks, and
// bench/results/README.md, from the reports in bench/results. These are written
// by, for each table:
//
//	keymill bench hash --json > bench/results/hash.json
//
// one more by what it would be on a processor without AVX-512, one of OpenCL on the
// processor, and one of what the dispatcher's choices cost
//
//	GODEBUG=cpu.avx512f=off keymill bench hash --json --only "xxh64 fixed" \
//		--backend simd/avx2 > bench/results/hash-without-avx512.json
//	keymill bench device --json > bench/results/device-pocl.json
//	keymill bench dispatch --json > bench/results/dispatch.json
//
// and then: go run ./bench/table
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keymill/keymill/bench"
)

// The marks, each on a line of its own.
const (
	begin = "<!-- made by: go run ./bench/table -->\n"
	end   = "<!-- end -->\n"
)

func main() {
	if err := write("."); err != nil {
		fmt.Fprintf(os.Stderr, "table: %v\n", err)
		os.Exit(1)
	}
}

// write writes the files of the repository in root.
func write(root string) error {
	reports, err := readReports(filepath.Join(root, "bench", "results"))
	if err != nil {
		return err
	}
	readme := filepath.Join(root, "README.md")
	text, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	table, err := summary(reports)
	if err != nil {
		return err
	}
	text, err = replaced(text, table)
	if err != nil {
		return fmt.Errorf("%s: %w", readme, err)
	}
	all, err := results(reports)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(readme, text, 0o644),
		os.WriteFile(filepath.Join(root, "bench", "results", "README.md"), all, 0o644))
}

// tables are those that the machine of README's table has measured. (Those of the table
// device are of other machines.)
var tables = []string{"hash", "place", "kv"}

// names are those of the reports' files.
var names = append([]string{"hash-without-avx512", "device-pocl", "dispatch"}, tables...)

// readReports reads the report of each table.
func readReports(folder string) (map[string]*bench.Report, error) {
	reports := map[string]*bench.Report{}
	for _, table := range names {
		file, err := os.Open(filepath.Join(folder, table+".json"))
		if err != nil {
			return nil, err
		}
		report, err := bench.ReadReport(file)
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
		reports[table] = report
	}
	return reports, nil
}

// replaced returns the text with the table between the marks.
func replaced(text, table []byte) ([]byte, error) {
	head, rest, found := bytes.Cut(text, []byte(begin))
	_, tail, closed := bytes.Cut(rest, []byte(end))
	if !found || !closed {
		return nil, fmt.Errorf("the marks %q and %q are not there", begin, end)
	}
	return bytes.Join([][]byte{head, []byte(begin), table, []byte(end), tail}, nil), nil
}

// shown is a row of README's table: what a newcomer asks first, losses too.
type shown struct{ table, row, peer, label string }

var rows = []shown{
	{"hash", "xxh3 fixed8", "zeebo/xxh3", "xxh3, keys of 8 bytes"},
	{"hash", "xxh3 fixed16", "zeebo/xxh3", "xxh3, keys of 16 bytes"},
	{"hash", "xxh3 fixed32", "zeebo/xxh3", "xxh3, keys of 32 bytes"},
	{"hash", "xxh3 uniform1-32", "zeebo/xxh3", "xxh3, keys of 1 to 32 bytes"},
	{"hash", "xxh3 user", "zeebo/xxh3", "xxh3, keys like user:12345678"},
	{"hash", "xxh3 url", "zeebo/xxh3", "xxh3, web addresses of 35 to 80 bytes"},
	{"hash", "xxh3 user", "maphash", "xxh3, keys like user:12345678, against a hash for one process"},
	{"hash", "xxh64 fixed16", "cespare/xxhash", "xxh64, keys of 16 bytes"},
	{"hash", "xxh64 fixed16", "parquet-go batch", "the same, against assembly for batches"},
	{"hash", "fx64 user", "trueno", "fx64, keys like user:12345678"},
	{"place", "kafka fixed16", "kafka-go", "Kafka's partition, keys of 16 bytes"},
	{"place", "kafka user", "franz-go", "Kafka's partition, keys like user:12345678"},
	{"place", "redis ascii16", "byte table", "Redis's slot, keys of 16 bytes"},
	{"place", "redis user", "radix", "Redis's slot, keys like user:12345678"},
	{"place", "jump user", "go-jump on xxhash", "jump hash, keys like user:12345678"},
	{"kv", "hit user, batches of 1024", "map and RWMutex", "get a million rows, batches of 1,024"},
	{"kv", "hit user, batches of 1024", "xsync", "the same"},
	{"kv", "hit user, batches of 1024", "trueno-db in batches", "the same"},
	{"kv", "update user, batches of 1024", "xsync", "set them again"},
}

// summary makes README's table.
func summary(reports map[string]*bench.Report) ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprint(&out, "\n| work | keymill, ns | peer, ns | times as fast | 95 % |\n|---|---|---|---|---|\n")
	for _, s := range rows {
		row, err := find(reports[s.table], s)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "| %s | %s %s | %s %s | %.2f | %.2f–%.2f |\n",
			s.label, row.Ours, digits(row.OursNS), row.Peer, digits(row.PeerNS), row.Ratio, row.CI[0], row.CI[1])
	}
	fmt.Fprintf(&out, "\nNanoseconds a key, one core.")
	for _, table := range tables {
		r := reports[table]
		fmt.Fprintf(&out, " `%s`: commit %s, %.10s, A/A %.3f (%.3f–%.3f).", r.Command, r.Commit, r.Date, r.AA.Ratio, r.AA.CI[0], r.AA.CI[1])
	}
	m := reports["hash"].Machine
	fmt.Fprintf(&out, "\n%s, %d cores%s, %s, %s. All rows: [bench/results](bench/results/README.md).\n\n",
		m.Processor, m.Cores, virtual(m), m.System, m.Go)
	return out.Bytes(), nil
}

// digits returns three digits of a time.
func digits(ns float64) string {
	if ns >= 99.95 {
		return fmt.Sprintf("%.0f", ns)
	}
	return fmt.Sprintf("%.3g", ns)
}

// find returns the row of the fastest of ours.
func find(r *bench.Report, s shown) (found bench.Row, err error) {
	for _, row := range r.Rows {
		if row.Name == s.row && row.Peer == s.peer && (found.Name == "" || row.OursNS < found.OursNS) {
			found = row
		}
	}
	if found.Name == "" {
		err = fmt.Errorf("the report of table %s has no row %q against %s", s.table, s.row, s.peer)
	}
	return found, err
}

func virtual(m bench.Machine) string {
	if m.Virtual {
		return " of a virtual machine"
	}
	return ""
}

// results makes the page of all rows.
func results(reports map[string]*bench.Report) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("# Results\n\nMade by `go run ./bench/table` from the reports in this folder, which have every sample. \"of roof\" is the\n" +
		"part of this machine's limit that ours reaches: moving the same bytes, or reading one line a key from memory.\n")
	for _, table := range names {
		r := reports[table]
		fmt.Fprintf(&out, "\n## %s\n\n`%s`; kernel %s, huge pages %s, load %s\n\n```\n", table, r.Command, r.Machine.Kernel, r.Machine.HugePages, r.Machine.Load)
		if err := r.WriteText(&out); err != nil {
			return nil, err
		}
		out.WriteString("```\n")
	}
	return out.Bytes(), nil
}
