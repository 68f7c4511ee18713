package bench

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/opencl"
	"github.com/keymill/keymill/hash"
)

// startedUp has a process of its own open a device and hash with it, and returns how long
// that took, without the start of the process, and a digest of the hash.
func startedUp(ctx context.Context, command []string, name string) (took time.Duration, digest uint64, err error) {
	c, err := spawn(ctx, command, "")
	if err == nil {
		var numbers []uint64
		numbers, err = c.ask(2, "device", name)
		if err = joined(err, c.close()); err == nil {
			return time.Duration(numbers[0]), numbers[1], nil
		}
	}
	return 0, 0, fmt.Errorf("worker %s: %w", strings.Join(command, " "), err)
}

// startUp is the other end of startedUp.
func startUp(name string) (took time.Duration, digest uint64, err error) {
	number, found := strings.CutPrefix(name, "opencl:")
	index, err := strconv.Atoi(number)
	if !found || err != nil {
		return 0, 0, fmt.Errorf("%q is no OpenCL device", name)
	}
	var b keymill.Batch
	if err := b.Append([]byte("the first key")); err != nil {
		return 0, 0, err
	}
	dst := keymill.Placement{Hashes: make([]uint64, 1)}
	var d *opencl.Device
	took, err = timed(func() error {
		if d, err = opencl.Open(index, opencl.Options{}); err != nil {
			return err
		}
		return d.Place(&dst, &b, keymill.Params{Hash: hash.XXH3})
	})
	if d != nil {
		err = errors.Join(err, d.Close())
	}
	return took, digestOf(dst.Hashes), err
}
