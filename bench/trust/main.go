// Command trust shows how far `keymill bench` can be trusted on this machine. In
// each of its runs it measures the table hash with --quick three times: with
// keymill as it is, once more, and with a keymill whose backend cpu takes 10 %
// longer. It counts in how many runs
//
//   - the A/A interval holds 1, which should be 19 of 20;
//   - `keymill bench compare` says "slower" of the slow one, which should be all;
//   - it says "slower" of the same one, which should be none.
//
// It fails if the first two are below 17 of 20, or the last is above 3 of 20.
//
//	go run ./bench/trust             20 runs, about five minutes
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/keymill/keymill/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "trust: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	runs := flag.Int("runs", 20, "how many runs")
	flag.Parse()
	folder, err := os.MkdirTemp("", "keymill-trust-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	overlay, err := slowDown(folder)
	if err != nil {
		return err
	}
	normal, slow := filepath.Join(folder, "keymill"), filepath.Join(folder, "slow")
	if err := errors.Join(build(ctx, normal), build(ctx, slow, "-overlay", overlay)); err != nil {
		return err
	}
	held, found, alarms := 0, 0, 0
	for i := range *runs {
		first, err := measure(ctx, normal, i)
		if err != nil {
			return err
		}
		again, err := measure(ctx, normal, i)
		if err != nil {
			return err
		}
		slower, err := measure(ctx, slow, i)
		if err != nil {
			return err
		}
		same, err := bench.Compare(first, again)
		if err != nil {
			return err
		}
		planted, err := bench.Compare(first, slower)
		if err != nil {
			return err
		}
		held += count(first.AA.Holds())
		found += count(planted.Verdict == bench.Slower)
		alarms += count(same.Verdict == bench.Slower)
		fmt.Printf("run %2d: A/A %.3f, 95 %% %.3f to %.3f; 10 %% slower: %s, %d of %d rows; the same: %s\n", i+1,
			first.AA.Ratio, first.AA.CI[0], first.AA.CI[1], planted.Verdict, len(planted.Slower()), len(planted.Changes), same.Verdict)
	}
	fmt.Printf("A/A held 1 in %d of %d; the slow one was called slower in %d, the same one in %d\n", held, *runs, found, alarms)
	if least, most := (17**runs+19)/20, 3**runs/20; held < least || found < least || alarms > most {
		return fmt.Errorf("want %d, %d and at most %d: this machine is too noisy for --quick, or the instrument is at fault", least, least, most)
	}
	return nil
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// slowDown writes an overlay for go build, in which the backend cpu waits for a
// tenth of the time that each batch took.
func slowDown(folder string) (overlay string, err error) {
	source, err := filepath.Abs("backend/cpu/cpu.go")
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(source)
	if err != nil {
		return "", fmt.Errorf("run this in the root of the repository: %w", err)
	}
	const method = "func (backend) Place("
	if strings.Count(string(text), method) != 1 || !strings.Contains(string(text), "import (") {
		return "", fmt.Errorf("%s is not as it was: where is %q?", source, method)
	}
	changed := strings.Replace(string(text), method, "func (backend) placeAsFastAsItCan(", 1)
	changed = strings.Replace(changed, "import (", "import (\n\t\"time\"\n", 1) + `
func (c backend) Place(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
	start := time.Now()
	err := c.placeAsFastAsItCan(dst, b, p)
	for end := time.Since(start) * 11 / 10; time.Since(start) < end; {
	}
	return err
}
`
	slow := filepath.Join(folder, "cpu.go")
	overlay = filepath.Join(folder, "overlay.json")
	return overlay, errors.Join(os.WriteFile(slow, []byte(changed), 0o600),
		os.WriteFile(overlay, fmt.Appendf(nil, `{"Replace": {%q: %q}}`, source, slow), 0o600))
}

func build(ctx context.Context, program string, flags ...string) error {
	args := append([]string{"build", "-buildvcs=false", "-o", program}, flags...)
	if out, err := exec.CommandContext(ctx, "go", append(args, "./cmd/keymill")...).CombinedOutput(); err != nil {
		return fmt.Errorf("building: %w: %s", err, out)
	}
	return nil
}

// measure runs keymill bench.
func measure(ctx context.Context, program string, seed int) (*bench.Report, error) {
	cmd := exec.CommandContext(ctx, program, "bench", "hash", "--quick", "--no-peers", "--json", "--seed", fmt.Sprint(seed))
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("keymill bench: %w", err)
	}
	return bench.ReadReport(strings.NewReader(string(out)))
}
