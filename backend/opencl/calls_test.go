//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"encoding/binary"
	"runtime"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/internal/backendtest"
)

// opened returns OpenCL with a count of its own, or leaves the test out where
// there is none, unless REQUIRE_BACKENDS names opencl.
func opened(t *testing.T) *library {
	t.Helper()
	lib, err := load()
	if err == nil {
		_, err = lib.platforms()
	}
	if err != nil {
		missing(t, err)
	}
	return lib.withHook(nil)
}

func missing(t *testing.T, err error) {
	t.Helper()
	backendtest.Missing(t, "opencl", err)
}

const addSource = `__kernel void add(__global uint *x, uint a, ulong b, __local uint *l) {
	l[get_local_id(0)] = a;
	x[get_global_id(0)] += l[get_local_id(0)] + (uint)b;
}`

// rig is what a test needs to run a kernel.
type rig struct {
	lib      *library
	platform platformID
	device   deviceID
	context  context
	queue    queue
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{lib: opened(t)}
	platforms, err := r.lib.platforms()
	require.NoError(t, err)
	r.platform = platforms[0]
	devices, err := r.lib.deviceIDs(r.platform)
	require.NoError(t, err)
	r.device = devices[0]
	r.context, err = r.lib.createContext(r.platform, r.device)
	require.NoError(t, err)
	r.queue, err = r.lib.createQueue(r.context, r.device)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, r.lib.releaseQueue(r.queue))
		require.NoError(t, r.lib.releaseContext(r.context))
		require.Zero(t, r.lib.live.Load(), "objects that nobody released")
	})
	return r
}

// built returns a program that is built, and released at the end of the test.
func (r *rig) built(t *testing.T, source string) program {
	t.Helper()
	p, err := r.lib.programWithSource(r.context, source)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.lib.releaseProgram(p)) })
	require.NoError(t, r.lib.build(p, r.device, "-cl-std=CL1.2"))
	return p
}

func (r *rig) kernel(t *testing.T, p program, name string) kernel {
	t.Helper()
	k, err := r.lib.createKernel(p, name)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.lib.releaseKernel(k)) })
	return k
}

func (r *rig) buffer(t *testing.T, size int) mem {
	t.Helper()
	m, err := r.lib.createBuffer(r.context, memReadWrite, size, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.lib.releaseBuffer(m)) })
	return m
}

// TestKernelRuns builds a kernel, builds it again from its binary, and runs it by every call that there is.
func TestKernelRuns(t *testing.T) {
	r := newRig(t)
	lib := r.lib
	bin, err := lib.programBinary(r.built(t, addSource))
	require.NoError(t, err)
	p, err := lib.programWithBinary(r.context, r.device, bin)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, lib.releaseProgram(p)) })
	require.NoError(t, lib.build(p, r.device, "-cl-std=CL1.2"))
	k, m := r.kernel(t, p, "add"), r.buffer(t, 64)

	var events [4]event
	require.NoError(t, lib.enqueueFill(r.queue, m, 7, 0, 64, nil, &events[0]))
	require.NoError(t, lib.setArgs(k, []kernelArg{memArg(m), uintArg(10), ulongArg(100), localArg(64)}))
	require.NoError(t, lib.enqueueKernel(r.queue, k, 16, 16, events[:1], &events[1]))
	words := make([]uint32, 16)
	var pin runtime.Pinner
	pin.Pin(&words[0])
	require.NoError(t, lib.enqueueRead(r.queue, m, false, 0, 64, unsafe.Pointer(&words[0]), events[:2], &events[2]))
	require.NoError(t, lib.flush(r.queue))
	require.NoError(t, lib.wait(events[2]))
	pin.Unpin()
	status, err := lib.eventStatus(events[1])
	require.NoError(t, err)
	require.Zero(t, status, "complete")
	require.Equal(t, slices.Repeat([]uint32{117}, 16), words)

	// Other arguments; a write in the middle; results by a map.
	words[0] = 1000
	require.NoError(t, lib.enqueueWrite(r.queue, m, true, 4, 4, unsafe.Pointer(&words[0]), nil, nil))
	require.NoError(t, lib.setArgs(k, []kernelArg{memArg(m), uintArg(1), ulongArg(2), localArg(64)}))
	require.NoError(t, lib.enqueueKernel(r.queue, k, 16, 8, nil, nil))
	mapped, err := lib.enqueueMap(r.queue, m, true, mapRead|mapWrite, 4, 8, nil, nil)
	require.NoError(t, err)
	require.Equal(t, []uint32{1003, 120}, unsafe.Slice((*uint32)(mapped), 2))
	*(*uint32)(mapped) = 5
	require.NoError(t, lib.enqueueUnmap(r.queue, m, mapped, nil, &events[3]))
	require.NoError(t, lib.finish(r.queue))
	require.NoError(t, lib.enqueueRead(r.queue, m, true, 0, 64, unsafe.Pointer(&words[0]), events[:], nil))
	require.Equal(t, append([]uint32{120, 5}, slices.Repeat([]uint32{120}, 14)...), words)
	for _, e := range events {
		require.NoError(t, lib.releaseEvent(e))
	}
}

// TestProperties reads properties as drivers write them.
func TestProperties(t *testing.T) {
	for value, want := range map[string]string{
		"": "", "\x00": "", "name\x00": "name", "name": "name", " name \x00": "name", "a\x00b\x00": "a", "a\xffb\x00": "a?b",
	} {
		require.Equal(t, want, text([]byte(value)), "%q", value)
	}
	n, err := number("clGetDeviceInfo", binary.NativeEndian.AppendUint32(nil, 1<<31))
	require.NoError(t, err)
	require.Equal(t, uint64(1<<31), n)
	n, err = number("clGetDeviceInfo", binary.NativeEndian.AppendUint64(nil, 1<<63))
	require.NoError(t, err)
	require.Equal(t, uint64(1<<63), n)
	for _, size := range []int{0, 1, 5, 12} {
		_, err = number("clGetDeviceInfo", make([]byte, size))
		require.Equal(t, codeInvalidValue, err.(*Error).Code)
	}
	for bits, want := range map[uint64]DeviceType{2: CPU, 3: CPU, 4: GPU, 6: GPU, 8: Accelerator, 16: OtherDevice, 0: OtherDevice} {
		require.Equal(t, want, deviceType(bits), "%b", bits)
	}
}
