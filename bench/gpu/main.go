// Command gpu checks and measures the OpenCL devices of a machine. scripts/gpu.sh builds
// it as one file, which needs nothing on that machine but a driver and libOpenCL.
//
// It runs the conformance suite on each device, with keys copied to it, with memory that it
// shares with the host, and with batches that are uploaded; then the table device of
// `keymill bench`, whose report it writes to a file for each device:
//
//	keymill-gpu                      all devices; <date>-<device>.json in this folder
//	keymill-gpu -device 0 -out DIR   one device; the file in another folder
//	keymill-gpu -quick               a minute becomes seconds, and intervals wider
//
// With KEYMILL_LONG=1 in the environment the suite runs all its combinations.
//
// It ends with 1 where there is no device, or one that computes something wrong: that is
// not measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/bits"
	"os"
	"os/signal"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/opencl"
	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/backendtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintf(os.Stderr, "keymill-gpu: %v\n", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	quick  bool
	device int // -1: all
	rounds int
	out    string
	args   []string
}

// errUsage is a command line that is wrong. What is wrong with it was said.
var errUsage = errors.New("the command line is wrong")

func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) error {
	if len(args) == 2 && args[1] == "worker" { // for start-up
		return bench.ServeWorker(in, out, nil)
	}
	o := options{args: args}
	flags := flag.NewFlagSet("keymill-gpu", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.BoolVar(&o.quick, "quick", false, "fewer keys and rounds: seconds in place of a minute")
	flags.IntVar(&o.device, "device", -1, "only the device of that number: 0 is opencl:0 (default all)")
	flags.IntVar(&o.rounds, "rounds", 0, "rounds of each row, 6 or more (default 151, or 11 if -quick)")
	flags.StringVar(&o.out, "out", ".", "folder of the reports")
	switch err := flags.Parse(args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return errUsage
	case flags.NArg() > 0:
		fmt.Fprintf(errs, "keymill-gpu: %q is no flag\n", flags.Arg(0))
		return errUsage
	}
	if err := o.config(0).Check(); err != nil {
		fmt.Fprintf(errs, "keymill-gpu: %v\n", err)
		return errUsage
	}
	devices, err := opencl.Devices()
	if err != nil {
		return err
	}
	if o.device >= len(devices) || o.device < -1 {
		return fmt.Errorf("there is no device %d: there are %d, from 0 on", o.device, len(devices))
	}
	taken := map[string]bool{}
	var wrong []string
	for _, info := range devices {
		if o.device >= 0 && info.Index != o.device {
			continue
		}
		name := fmt.Sprintf("opencl:%d", info.Index)
		fmt.Fprintf(out, "%s: %s, %s, driver %s, %s\n", name, info.Name, info.Platform, info.Driver, info.Version)
		passed, err := conform(ctx, info, backendtest.Checks(), out)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", name, err))
			fmt.Fprintf(out, "%s is not measured\n", name)
			continue
		}
		if err := measure(ctx, &o, info, passed, fileName(info, taken), out, errs); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

// fastrangeParts are the partitions of the table device.
const fastrangeParts = 1000

// peers is the loop that the user of a processor writes, on one goroutine.
var peers = bench.Peers{Place: []bench.PlacePeer{{
	Name: "cespare/xxhash and fastrange", Scheme: "fastrange", Hash: hash.XXH64, Parts: fastrangeParts,
	Place: func(out []uint32, b *keymill.Batch) {
		for i := range out {
			high, _ := bits.Mul64(xxhash.Sum64(b.Data[i*b.Width:(i+1)*b.Width]), fastrangeParts)
			out[i] = uint32(high)
		}
	},
}}}
