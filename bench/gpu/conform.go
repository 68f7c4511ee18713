package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/opencl"
	"github.com/keymill/keymill/internal/backendtest"
)

// chunkBytes is so small that batches of the suite have several chunks.
const chunkBytes = 16 << 10

// ways are how keys come to a device.
var ways = []struct {
	name     string
	memory   opencl.Memory
	resident bool
}{
	{"keys copied", opencl.MemoryCopy, false},
	{"memory shared", opencl.MemoryShared, false},
	{"keys resident", opencl.MemoryAuto, true},
}

// conform runs the suite on a device in all ways, and returns how many checks that were.
func conform(ctx context.Context, info opencl.DeviceInfo, checks []backendtest.Check, out io.Writer) (passed int, err error) {
	var failed []string
	for _, way := range ways {
		d, err := opencl.Open(info.Index, opencl.Options{Memory: way.memory, ChunkBytes: chunkBytes})
		if err != nil {
			return passed, err
		}
		var b keymill.Backend = d
		suite := checks
		if way.resident {
			b, suite = uploader{d}, without(suite, "allocations") // an upload may allocate
		}
		start := time.Now()
		n, failures := runChecks(ctx, b, suite)
		passed += n
		fmt.Fprintf(out, "  %s: %d of %d checks passed in %.1f s\n", way.name, n, len(suite), time.Since(start).Seconds())
		for _, f := range failures {
			fmt.Fprintf(out, "    FAILED %s\n", f)
			failed = append(failed, fmt.Sprintf("%s, %s", way.name, f))
		}
		if err := d.Close(); err != nil {
			return passed, err
		}
	}
	if len(failed) > 0 {
		return passed, fmt.Errorf("%d checks failed: %s", len(failed), strings.Join(failed, "; "))
	}
	return passed, ctx.Err()
}

// runChecks returns how many checks a backend passes, and what those say that it does not.
func runChecks(ctx context.Context, b keymill.Backend, suite []backendtest.Check) (passed int, failures []string) {
	for _, check := range suite {
		if ctx.Err() != nil {
			break
		}
		if err := check.Run(b); err != nil {
			failures = append(failures, fmt.Sprintf("%s: %v", check.Name, err))
			continue
		}
		passed++
	}
	return passed, failures
}

func without(suite []backendtest.Check, name string) (rest []backendtest.Check) {
	for _, check := range suite {
		if check.Name != name {
			rest = append(rest, check)
		}
	}
	return rest
}

// uploader is a device that places each batch from its own memory.
type uploader struct{ device }

type device interface {
	keymill.Backend
	keymill.Uploader
}

func (u uploader) Place(dst *keymill.Placement, b *keymill.Batch, p keymill.Params) error {
	if _, err := keymill.Check(dst, b, p); err != nil {
		return err
	}
	r, err := u.Upload(b)
	if err != nil {
		return err
	}
	return errors.Join(r.Place(dst, p), r.Close())
}
