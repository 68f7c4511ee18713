package bench

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// misaligned returns n random bytes that begin so far behind a multiple of 64.
func misaligned(n, shift int) []byte {
	memory := make([]byte, n+128)
	start := int(-uintptr(unsafe.Pointer(&memory[0]))%64) + shift
	return random(memory[start:start:start+n], rand.New(rand.NewPCG(1, 1)), n)
}

// writers are those of this build, with how many bytes of how many they promise
// to write, from which on.
var writers = []struct {
	name     string
	write    func([]byte)
	promised func(out []byte) (from, to int)
}{
	{"plain", writePlain, func(out []byte) (int, int) { return 0, len(out) }},
	{"write", write, promisedByWrite},
	{"writeNonTemporal", writeNonTemporal, promisedByNonTemporal},
}

// Each writer writes zeros to the bytes that it promises and to no others,
// wherever they lie in a line of the cache.
func TestWriters(t *testing.T) {
	const margin, canary = 256, 0xa5
	sizes := []int{0, 1, 31, 32, 33, 127, 128, 129, 159, 160, 161, 255, 256, 257, 1000, 1024, 4096 + 77}
	for _, w := range writers {
		for shift := range 64 {
			for _, size := range sizes {
				memory := misaligned(margin+size+margin, shift)
				for i := range memory {
					memory[i] = canary
				}
				out := memory[margin : margin+size : margin+size]
				from, to := w.promised(out)
				w.write(out)
				want := bytes.Repeat([]byte{canary}, len(memory))
				clear(want[margin+from : margin+to])
				if !bytes.Equal(want, memory) {
					require.Equal(t, want, memory, "%s: %d bytes, %d behind a multiple of 64", w.name, size, shift)
				}
			}
		}
	}
}

// Where memory ends, or begins, readers and writers do too.
func TestStreamsStayInMemory(t *testing.T) {
	memory := guarded(t, 2)
	for _, size := range []int{0, 1, 31, 32, 127, 128, 129, 200, 256, 384, 4096, len(memory)} {
		for _, part := range [][]byte{memory[:size], memory[len(memory)-size:]} {
			for _, w := range writers {
				for i := range part {
					part[i] = 1
				}
				from, to := w.promised(part)
				w.write(part)
				require.Equal(t, to-from, bytes.Count(part, []byte{0}), "%s of %d bytes", w.name, size)
			}
			require.Equal(t, read(part), read(slices.Clone(part)))
			readPlain(part)
		}
	}
}

// readPlain reads each word of 32 bytes and more.
func TestReadPlain(t *testing.T) {
	for size := range 200 {
		in := misaligned(size, 0)
		want := uint64(0)
		for i := range size / 32 * 4 {
			want ^= binary.NativeEndian.Uint64(in[8*i:])
		}
		require.Equal(t, want, readPlain(in), "%d bytes", size)
	}
}

// stream gives read and write each byte once, in turn and in order, whatever the
// sizes, also where their product is more than an int of 32 bits holds.
func TestStream(t *testing.T) {
	for _, c := range []struct{ in, out int }{{0, 0}, {100, 0}, {0, 100}, {1000, 5000}, {70_001, 40_961}, {9 << 20, 4 << 20}, {5, 1 << 16}} {
		in, out := make([]byte, c.in), make([]byte, c.out)
		at, blocks := 0, 0
		stream(out, in, func(part []byte) {
			if len(part) > 0 {
				require.Same(t, &out[at], &part[0], "%+v", c)
			}
			require.LessOrEqual(t, len(part), 2*4096)
			at += len(part)
			blocks++
		})
		require.Equal(t, c.out, at, "%+v", c)
		require.Equal(t, max(1, c.out/4096), blocks, "%+v", c)
	}
	// All that read sees of the blocks is in the result.
	in := misaligned(1<<16, 0)
	want := uint64(0)
	for block := range slices.Chunk(in, 1<<12) {
		want ^= read(block)
	}
	require.NotZero(t, want)
	require.Equal(t, want, stream(make([]byte, 1<<16), in, write))
}
