//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// TestEveryCallFails lets each call fail by the hook: the error names the call and its code, and nothing
// is counted as made or released. Each function of shim.h must be here.
func TestEveryCallFails(t *testing.T) {
	r := newRig(t)
	p := r.built(t, addSource)
	k, m := r.kernel(t, p, "add"), r.buffer(t, 64)
	var ev event
	require.NoError(t, r.lib.enqueueFill(r.queue, m, 0, 0, 64, nil, &ev))
	t.Cleanup(func() { require.NoError(t, r.lib.releaseEvent(ev)) })
	require.NoError(t, r.lib.setArgs(k, []kernelArg{memArg(m), uintArg(0), ulongArg(0), localArg(64)}))
	word := make([]byte, 4)
	at := unsafe.Pointer(&word[0])
	none := event(nil)

	cases := map[string][]func(l *library) error{
		"clGetPlatformIDs":          {func(l *library) error { _, err := l.platforms(); return err }, func(l *library) error { _, err := l.devices(); return err }},
		"clGetPlatformInfo":         {func(l *library) error { _, err := l.platformString(r.platform, 0x0902); return err }},
		"clGetDeviceIDs":            {func(l *library) error { _, err := l.deviceIDs(r.platform); return err }, func(l *library) error { _, err := l.devices(); return err }},
		"clGetDeviceInfo":           {func(l *library) error { _, err := l.deviceString(r.device, 0x102B); return err }, func(l *library) error { _, err := l.deviceUint(r.device, 0x1002); return err }},
		"clCreateContext":           {func(l *library) error { _, err := l.createContext(r.platform, r.device); return err }},
		"clReleaseContext":          {func(l *library) error { return l.releaseContext(r.context) }},
		"clCreateCommandQueue":      {func(l *library) error { _, err := l.createQueue(r.context, r.device); return err }},
		"clReleaseCommandQueue":     {func(l *library) error { return l.releaseQueue(r.queue) }},
		"clCreateBuffer":            {func(l *library) error { _, err := l.createBuffer(r.context, memReadOnly, 64, nil); return err }},
		"clReleaseMemObject":        {func(l *library) error { return l.releaseBuffer(m) }},
		"clCreateProgramWithSource": {func(l *library) error { _, err := l.programWithSource(r.context, addSource); return err }},
		"clCreateProgramWithBinary": {func(l *library) error { _, err := l.programWithBinary(r.context, r.device, word); return err }},
		"clBuildProgram":            {func(l *library) error { return l.build(p, r.device, "") }},
		"clGetProgramInfo":          {func(l *library) error { _, err := l.programBinary(p); return err }},
		"clReleaseProgram":          {func(l *library) error { return l.releaseProgram(p) }},
		"clCreateKernel":            {func(l *library) error { _, err := l.createKernel(p, "add"); return err }},
		"clSetKernelArg":            {func(l *library) error { return l.setArgs(k, []kernelArg{memArg(m), uintArg(0)}) }},
		"clReleaseKernel":           {func(l *library) error { return l.releaseKernel(k) }},
		"clEnqueueNDRangeKernel":    {func(l *library) error { return l.enqueueKernel(r.queue, k, 16, 16, nil, &none) }},
		"clEnqueueWriteBuffer":      {func(l *library) error { return l.enqueueWrite(r.queue, m, true, 0, 4, at, nil, &none) }},
		"clEnqueueReadBuffer":       {func(l *library) error { return l.enqueueRead(r.queue, m, true, 0, 4, at, nil, &none) }},
		"clEnqueueMapBuffer": {func(l *library) error {
			_, err := l.enqueueMap(r.queue, m, true, mapRead, 0, 4, nil, &none)
			return err
		}},
		"clEnqueueUnmapMemObject": {func(l *library) error { return l.enqueueUnmap(r.queue, m, at, nil, &none) }},
		"clEnqueueFillBuffer":     {func(l *library) error { return l.enqueueFill(r.queue, m, 1, 0, 64, nil, &none) }},
		"clEnqueueCopyBuffer":     {func(l *library) error { return l.enqueueCopy(r.queue, m, r.buffer(t, 64), 64, nil, &none) }},
		"clFlush":                 {func(l *library) error { return l.flush(r.queue) }},
		"clFinish":                {func(l *library) error { return l.finish(r.queue) }},
		"clWaitForEvents":         {func(l *library) error { return l.wait(ev) }},
		"clGetEventInfo":          {func(l *library) error { _, err := l.eventStatus(ev); return err }},
		"clReleaseEvent":          {func(l *library) error { return l.releaseEvent(ev) }},
	}
	for call, wrappers := range cases {
		for i, wrapper := range wrappers {
			asked := 0
			lib := r.lib.withHook(func(c string) Code {
				if c != call {
					return 0
				}
				asked++
				return -6
			})
			err := wrapper(lib)
			var e *Error
			require.ErrorAs(t, err, &e, "%s, wrapper %d", call, i)
			require.Equal(t, call, e.Call)
			require.Equal(t, Code(-6), e.Code)
			if !strings.HasSuffix(call, "IDs") { // whose listing is Unavailable, whatever it was
				require.Equal(t, Capacity, e.Kind, call)
			}
			require.Equal(t, 1, asked, "%s: a call that fails is not made again", call)
			require.Zero(t, lib.live.Load(), "%s", call)
			require.Nil(t, none, "an event of a command that was not enqueued")
		}
	}

	// The build log is fetched only after a failure, and its own failure is none.
	bad, err := r.lib.programWithSource(r.context, "not OpenCL C")
	require.NoError(t, err)
	defer func() { require.NoError(t, r.lib.releaseProgram(bad)) }()
	lib := r.lib.withHook(func(c string) Code {
		if c == "clGetProgramBuildInfo" {
			return -6
		}
		return 0
	})
	err = lib.build(bad, r.device, "")
	require.Equal(t, Build, err.(*Error).Kind)
	require.Empty(t, err.(*Error).Log)
	cases["clGetProgramBuildInfo"] = nil

	shim, err := os.ReadFile("shim.h")
	require.NoError(t, err)
	functions := regexp.MustCompile(`X\([01], [^,]+, (cl\w+),`).FindAllStringSubmatch(string(shim), -1)
	require.Len(t, functions, len(cases))
	for _, f := range functions {
		require.Contains(t, cases, f[1])
	}
}

// TestOpenCLSaysNo has what OpenCL itself refuses.
func TestOpenCLSaysNo(t *testing.T) {
	r := newRig(t)
	lib := r.lib
	fails := func(err error, kind Kind, call string, code Code) {
		t.Helper()
		var e *Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, []any{kind, call, code}, []any{e.Kind, e.Call, e.Code}, "%v", err)
	}
	p := r.built(t, addSource)
	k, m := r.kernel(t, p, "add"), r.buffer(t, 64)

	_, err := lib.createBuffer(r.context, memReadWrite, math.MaxInt/2, nil)
	fails(err, Capacity, "clCreateBuffer", -61)
	_, err = lib.createKernel(p, "no such kernel")
	fails(err, Build, "clCreateKernel", -46)
	_, err = lib.createKernel(p, "add\x00more")
	fails(err, Misuse, "clCreateKernel", -30)
	fails(lib.build(p, r.device, "-DA\x00-DB"), Misuse, "clBuildProgram", -30)
	_, err = lib.programWithSource(r.context, "")
	fails(err, Misuse, "clCreateProgramWithSource", -30)
	_, err = lib.programWithBinary(r.context, r.device, nil)
	fails(err, Misuse, "clCreateProgramWithBinary", -30)
	_, err = lib.deviceString(r.device, 0xFFFF)
	fails(err, Misuse, "clGetDeviceInfo", -30)
	_, err = lib.deviceUint(r.device, 0x102B) // CL_DEVICE_NAME is no number
	fails(err, Misuse, "clGetDeviceInfo", -30)

	fails(lib.setArgs(k, make([]kernelArg, 9)), Misuse, "clSetKernelArg", -51)
	err = lib.setArgs(k, []kernelArg{memArg(m), ulongArg(1)})
	fails(err, Misuse, "clSetKernelArg", -51)
	require.ErrorContains(t, err, "argument 1 of 2")
	fails(lib.enqueueKernel(r.queue, k, 0, 16, nil, nil), Misuse, "clEnqueueNDRangeKernel", -63)
	fails(lib.enqueueKernel(r.queue, k, 16, 0, nil, nil), Misuse, "clEnqueueNDRangeKernel", -63)
	fresh := r.kernel(t, p, "add")
	fails(lib.enqueueKernel(r.queue, fresh, 16, 16, nil, nil), Misuse, "clEnqueueNDRangeKernel", -52)
	fails(lib.enqueueRead(r.queue, m, true, 60, 8, unsafe.Pointer(new([8]byte)), nil, nil), Misuse, "clEnqueueReadBuffer", -30)
	_, err = lib.enqueueMap(r.queue, m, true, mapRead, 60, 8, nil, nil)
	fails(err, Misuse, "clEnqueueMapBuffer", -30)

	bad, err := lib.programWithSource(r.context, "__kernel void broken(__global uint *x) { x[0] = no_such_thing; }")
	require.NoError(t, err)
	defer func() { require.NoError(t, lib.releaseProgram(bad)) }()
	err = lib.build(bad, r.device, "-cl-std=CL1.2")
	fails(err, Build, "clBuildProgram", -11)
	require.Contains(t, err.(*Error).Log, "no_such_thing")
	require.ErrorContains(t, err, "no_such_thing")
	_, err = lib.programBinary(bad)
	require.Error(t, err, "there is no binary of what was not built")

	require.NoError(t, lib.wait())
	require.NoError(t, lib.setArgs(k, nil))
	require.NoError(t, lib.releaseBuffer(nil), "what is not there needs no release")
	require.NoError(t, lib.releaseEvent(nil))
}

// TestDeviceSurvivesQuestions lets every question about a device fail: it is listed all the same, with the
// least that OpenCL allows.
func TestDeviceSurvivesQuestions(t *testing.T) {
	lib := opened(t)
	whole, err := lib.devices()
	require.NoError(t, err)
	asked := 0
	found, err := lib.withHook(func(call string) Code {
		if call == "clGetDeviceInfo" || call == "clGetPlatformInfo" {
			asked++
			return codeInvalidValue
		}
		return 0
	}).devices()
	require.NoError(t, err)
	require.Len(t, found, len(whole))
	require.GreaterOrEqual(t, asked, 18*len(whole))
	info := found[0].info
	require.Equal(t, DeviceInfo{
		Type: OtherDevice, ComputeUnits: 1, ClockMHz: 1, GlobalMemory: 128 << 20, MaxAlloc: 128 << 20, LocalMemory: 32 << 10,
		MaxGroup: 1, BaseAlign: 1024, LittleEndian: true, Available: true, Compiler: true,
	}, info)
}

// TestDevices asks this machine.
func TestDevices(t *testing.T) {
	opened(t)
	infos, err := Devices()
	require.NoError(t, err)
	for i, d := range infos {
		require.Equal(t, i, d.Index)
		for _, s := range []string{d.Name, d.Vendor, d.Platform, d.PlatformVersion, d.Version, d.Driver} {
			require.NotEmpty(t, s)
			require.Equal(t, strings.TrimSpace(s), s)
		}
		require.GreaterOrEqual(t, d.version(), 1002, "%s", d.Version)
		require.Positive(t, d.ComputeUnits)
		require.Positive(t, d.MaxGroup)
		require.GreaterOrEqual(t, d.LocalMemory, uint64(32<<10))
		require.GreaterOrEqual(t, d.MaxAlloc, uint64(128<<20))
		require.LessOrEqual(t, d.MaxAlloc, d.GlobalMemory)
		require.True(t, d.LittleEndian && d.Available && d.Compiler)
		if strings.HasPrefix(d.Platform, "Portable Computing Language") {
			require.Equal(t, CPU, d.Type)
			require.True(t, d.Unified && d.FP64)
		}
	}
}
