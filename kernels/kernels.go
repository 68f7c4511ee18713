// Package kernels holds the OpenCL kernel that hashes and places keys: hash.cl and the files that it
// includes, and what a host must know to build and launch it.
//
// The kernel is written once for all devices, in OpenCL C 1.2 without extensions. A program is built for
// one [Options]: the hash function, the width of the keys and the way that the device likes to read are
// constants of the compiler, so that short keys of one width become code without a branch. What else a
// scheme asks for is passed with each launch: see [Args] and the parameters of `place` in hash.cl.
package kernels

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/keymill/keymill/hash"
)

// Name is the name of the kernel in the program.
const Name = "place"

// Load is a way to read the bytes of a key.
type Load uint8

// The ways to read.
const (
	// LoadPacked reads unaligned words, and not one byte outside of the key. CPUs like it.
	LoadPacked Load = iota

	// LoadWords reads aligned words of 4 bytes, and shifts. It reads whole the words that hold the
	// first and the last byte of a key, so the data must start at an address that is a multiple of 4,
	// and be padded to one. For a fixed width it reads 16 bytes at once where the width is a multiple
	// of that, so the data must start at a multiple of 16. GPUs like it.
	LoadWords

	// LoadBytes reads single bytes: for devices that can do neither.
	LoadBytes

	numLoads
)

// NumLoads is one more than the largest Load.
const NumLoads = int(numLoads)

var loadNames = [numLoads]string{"packed", "words", "bytes"}

// String returns the name: "packed", "words" or "bytes".
func (l Load) String() string {
	if l >= numLoads {
		return fmt.Sprintf("kernels.Load(%d)", uint8(l))
	}
	return loadNames[l]
}

// widths are those that a program can be built for.
var widths = []int{4, 8, 16, 24, 32}

// Widths returns the widths of keys, in bytes, that have programs of their own.
func Widths() []int { return slices.Clone(widths) }

// WidthFor returns the Width of the program for keys of that width: the same if it has a program of
// its own, else 0, the program for any keys.
func WidthFor(width int) int {
	if slices.Contains(widths, width) {
		return width
	}
	return 0
}

// Options are what a program is built for. They are comparable.
type Options struct {
	Hash  hash.Func // not hash.Default
	Width int       // one of Widths, or 0 for any keys
	Load  Load

	// Runs says how keys go to work items. False is for GPUs: neighbouring keys go to neighbouring work
	// items, and without Count there must be one for each key at least. True is for CPUs: each work
	// item takes a run of neighbouring keys, in a loop that their compiler vectorises where Width is not
	// 0; there may be any number of work items.
	Runs bool

	Count bool // the keys of each partition are counted
	Group int  // the size of a work group; hosts launch no other

	// FP64 says that the device has doubles. Without them place.ReduceJump yields NoPartition, and must
	// not be asked for.
	FP64 bool
}

// String returns the options for the compiler.
func (o Options) String() string {
	return fmt.Sprintf("-cl-std=CL1.2 -D HASH=%d -D WIDTH=%d -D LOAD=%d -D RUNS=%d -D COUNT=%d -D GROUP=%d -D FP64=%d",
		o.Hash, o.Width, o.Load, bit(o.Runs), bit(o.Count), o.Group, bit(o.FP64))
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

//go:embed hash.cl *.h
var files embed.FS

// Source returns the text of the program: hash.cl with the files that it includes in their places, and
// lines that tell the compiler which file it reads, so that its messages name them.
func Source() string { return source }

var source = resolve("hash.cl")

// resolve puts included files in their places. They are part of the program, so a missing one panics.
func resolve(name string) string {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "#line 1 %q\n", name)
	for i, line := range strings.SplitAfter(string(text), "\n") {
		if included, ok := strings.CutPrefix(line, "#include "); ok {
			b.WriteString(resolve(strings.Trim(included, "\"\n")))
			fmt.Fprintf(&b, "#line %d %q\n", i+2, name)
			continue
		}
		b.WriteString(line)
	}
	return b.String()
}
