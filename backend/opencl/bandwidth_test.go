//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"bytes"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// Each transfer moves all of the bytes, in one piece or in several, and what is made for
// it is given back.
func TestTransfers(t *testing.T) {
	opened(t)
	for _, memory := range []Memory{MemoryCopy, MemoryShared} {
		for _, size := range []int{1, 5, 1 << 20} {
			d, err := openWith(opened(t), 0, Options{Memory: memory})
			require.NoError(t, err)
			before := d.lib.live.Load()
			x, err := d.Transfers(size)
			require.NoError(t, err)
			require.NoError(t, x.Up())
			host := x.pinned.host[:size]
			for i := range host {
				host[i] = byte(i*7 + 3)
			}
			want := bytes.Clone(host)
			require.NoError(t, x.Up())
			clear(host)
			require.NoError(t, x.Down())
			require.Equal(t, want, host)

			require.NoError(t, x.Within())
			got := make([]byte, size)
			read := func(m mem) []byte {
				require.NoError(t, d.lib.enqueueRead(x.slot.queue, m, true, 0, size, unsafe.Pointer(&got[0]), nil, nil))
				return got
			}
			require.NoError(t, d.lib.enqueueWrite(x.slot.queue, x.from, true, 0, size, unsafe.Pointer(&want[0]), nil, nil))
			require.NoError(t, x.Within())
			require.Equal(t, want, read(x.to))

			require.NoError(t, x.Close())
			require.NoError(t, x.Close())
			require.Equal(t, before, d.lib.live.Load(), "objects that were not released")
			require.ErrorIs(t, x.Up(), ErrClosed)
			require.NoError(t, d.Close())
		}
	}
}

// A piece is one command, the last of them is waited for; and each failure is an error.
func TestTransfersInPieces(t *testing.T) {
	calls := map[string]int{}
	fail := ""
	lib := opened(t).withHook(func(call string) Code {
		calls[call]++
		if call == fail {
			return -6
		}
		return 0
	})
	d, err := openWith(lib, 0, Options{})
	require.NoError(t, err)
	d.info.MaxAlloc = 4 * 1000
	_, err = d.Transfers(0)
	require.ErrorContains(t, err, "there are no bytes to transfer")
	x, err := d.Transfers(2500)
	require.NoError(t, err)
	for call, move := range map[string]func() error{
		"clEnqueueWriteBuffer": x.Up, "clEnqueueReadBuffer": x.Down, "clEnqueueCopyBuffer": x.Within,
	} {
		clear(calls)
		require.NoError(t, move())
		require.Equal(t, 3, calls[call], call)
		require.Equal(t, 1, calls["clWaitForEvents"], call)
		fail = call
		err := move()
		fail = ""
		var e *Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, []any{call, Code(-6), d.info.Name}, []any{e.Call, e.Code, e.Device})
		require.NoError(t, move(), "it can be done again")
	}
	require.NoError(t, d.Close())
	require.ErrorIs(t, x.Up(), ErrClosed)
	_, err = d.Transfers(1)
	require.ErrorIs(t, err, ErrClosed)
	require.NoError(t, x.Close())
	require.Zero(t, lib.live.Load())
}
