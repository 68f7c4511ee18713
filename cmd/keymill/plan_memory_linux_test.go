//go:build !race

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A plan takes 64 MiB of memory, and 16 bytes a partition, however long the stream is: also of all
// that a process has beside it.
func TestBalanceMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it is no matter of the build")
	}
	var rows strings.Builder
	for i := range 1_500_000 {
		fmt.Fprintf(&rows, "user:%d:%032d\n", i*7919%1_000_003, i%10)
	}
	input := write(t, "keys", rows.String())
	for _, c := range []struct {
		scheme     string
		partitions int64
	}{{"kafka", 12}, {"redis", 16384}, {"mod", 1 << 22}} {
		args := []string{"plan", "balance", "--workers", "2", "--scheme", c.scheme}
		if c.scheme != "redis" {
			args = append(args, "--partitions", fmt.Sprint(c.partitions))
		}
		cmd := process(t, append(args, input)...)
		cmd.Env = slices.DeleteFunc(cmd.Env, func(v string) bool { return strings.HasPrefix(v, "GOGC=") || strings.HasPrefix(v, "GOMEMLIMIT=") })
		cmd.Env = append(cmd.Env, beKeymill+"="+andSayPeak)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		_, said, found := strings.Cut(string(out), "\nVmHWM:")
		require.True(t, found, "%s", out)
		peak := int64(0)
		_, err = fmt.Sscan(said, &peak)
		require.NoError(t, err)
		require.LessOrEqual(t, peak, 64<<10+c.partitions/64, "KiB of %s", c.scheme)
		t.Log(c.scheme, peak, "KiB")
	}
}
