package opencl

import (
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

// TestErrorText shows what a user reads of each kind of error.
func TestErrorText(t *testing.T) {
	for text, e := range map[string]*Error{
		"OpenCL cannot be used: no libOpenCL": {Kind: Unavailable, Err: errors.New("no\nlibOpenCL")},
		"OpenCL cannot be used: clGetPlatformIDs: CL_PLATFORM_NOT_FOUND_KHR (-1001); install the OpenCL driver of the device, or, for the CPU, PoCL (Debian: pocl-opencl-icd)": newError("clGetPlatformIDs", -1001),
		"OpenCL cannot be used: clGetDeviceIDs: CL_DEVICE_NOT_FOUND (-1); clinfo shows what the driver finds":                                                                  newError("clGetDeviceIDs", -1),
		"OpenCL cannot be used on H100: clCreateContext: CL_DEVICE_NOT_AVAILABLE (-2); another program may have the device for itself":                                         {Kind: Unavailable, Call: "clCreateContext", Code: -2, Device: "H100"},
		"OpenCL cannot be used: clBuildProgram: CL_COMPILER_NOT_AVAILABLE (-3); the driver is installed without its compiler":                                                  newError("clBuildProgram", -3),
		"not supported on H100: jump needs doubles":                                                                                  {Kind: Unsupported, Device: "H100", Err: errors.New("jump needs doubles")},
		"the kernels do not build: clBuildProgram: CL_BUILD_PROGRAM_FAILURE (-11): hash.cl:7:2: error: no":                           {Kind: Build, Call: "clBuildProgram", Code: -11, Log: "1 thing to say\n hash.cl:7:2: error: no\nmore"},
		"not enough memory or resources on H100: clCreateBuffer: CL_MEM_OBJECT_ALLOCATION_FAILURE (-4); smaller batches need less":   {Kind: Capacity, Call: "clCreateBuffer", Code: -4, Device: "H100"},
		"the device failed on H100: clFinish: CL_OUT_OF_RESOURCES (-5); open it again, or look at the system's log if it comes back": {Kind: DeviceLost, Call: "clFinish", Code: -5, Device: "H100"},
		"a wrong call, which is a bug of keymill: clSetKernelArg: CL_INVALID_ARG_SIZE (-51): argument 3 of 22":                       {Kind: Misuse, Call: "clSetKernelArg", Code: -51, Err: errors.New("argument 3 of 22")},
		"the self-test failed on H100: hash xxh3":                                                                                    {Kind: SelfTest, Device: "H100", Err: errors.New("hash xxh3")},
		"the device failed: clFlush: unknown OpenCL code -4242 (-4242); open it again, or look at the system's log if it comes back": newError("clFlush", -4242),
		"the kernels do not build: only a warning":                                                                                   {Kind: Build, Log: "\n only a warning\nand another"},
	} {
		require.Equal(t, text, e.Error())
		require.NotContains(t, e.Error(), "\n")
	}
}

func TestErrorMatches(t *testing.T) {
	cause := errors.New("cause")
	for kind := Unavailable; kind <= SelfTest; kind++ {
		var err error = &Error{Kind: kind, Err: cause}
		require.Equal(t, kind == Unavailable, errors.Is(err, keymill.ErrUnavailable), "%v", kind)
		require.Equal(t, kind == Unsupported, errors.Is(err, keymill.ErrUnsupported), "%v", kind)
		require.NotErrorIs(t, err, keymill.ErrInvalid, "it is not the caller's fault")
		require.ErrorIs(t, err, cause)
		require.NotContains(t, kind.String(), "Kind(")
	}
	require.Equal(t, "Kind(7)", Kind(7).String())
	e := newError("clFinish", -6)
	onDevice(e, "first")
	onDevice(e, "second")
	require.Equal(t, "first", e.Device)
}

// TestKinds holds the codes that decide what happens next to what they must mean.
func TestKinds(t *testing.T) {
	const resources = -5
	for kind, cases := range map[Kind]map[string][]Code{
		Unavailable: {"clGetPlatformIDs": {-1001}, "clGetDeviceIDs": {-1}, "clCreateContext": {-2}, "clBuildProgram": {-3, -16}},
		Build:       {"clBuildProgram": {-11, -43}, "clCreateProgramWithBinary": {-42}, "clCreateKernel": {-45, -46, -47}},
		Capacity: {"clCreateBuffer": {-4, resources, -6, -61}, "clEnqueueNDRangeKernel": {-4, resources, -6}, "clEnqueueWriteBuffer": {-4, resources},
			"clEnqueueMapBuffer": {-12, -6}, "clEnqueueFillBuffer": {resources}, "clCreateContext": {resources}, "clBuildProgram": {resources, -6}},
		DeviceLost: {"clFinish": {resources, -36, -9999, -4242}, "clWaitForEvents": {-14, resources}, "clEnqueueReadBuffer": {resources, -14},
			"clEnqueueMapBuffer": {resources}, "clFlush": {resources, -36}, "clEnqueueUnmapMemObject": {resources}, "clEnqueueNDRangeKernel": {-36, -1121}},
		Misuse: {"clSetKernelArg": {-49, -50, -51}, "clEnqueueNDRangeKernel": {-52, -54, -63}, "clGetDeviceInfo": {-30}, "clCreateContext": {-33}},
	} {
		for call, codes := range cases {
			for _, code := range codes {
				require.Equal(t, kind, newError(call, code).Kind, "%s: %v", call, code)
			}
		}
	}
}

// TestCodes holds our names of codes to cl.h.
func TestCodes(t *testing.T) {
	require.Equal(t, "CL_SUCCESS", Code(0).String())
	header, err := os.ReadFile("cl.h")
	require.NoError(t, err)
	_, section, ok := strings.Cut(string(header), "/* Error Codes */")
	require.True(t, ok)
	section, _, ok = strings.Cut(section, "/* cl_bool */")
	require.True(t, ok)
	found := 0
	for _, m := range regexp.MustCompile(`(?m)^#define (CL_[A-Z0-9_]+) +(-[0-9]+) *\r?$`).FindAllStringSubmatch(section, -1) {
		code, err := strconv.Atoi(m[2])
		require.NoError(t, err)
		require.Equal(t, m[1], Code(code).String())
		found++
	}
	ours := 0
	for code := range codes {
		if code > -1000 { // the others are of extensions
			ours++
		}
	}
	require.Equal(t, found, ours, "codes of cl.h")
	require.Greater(t, ours, 50)
}

func TestWaitBlamesTheCommand(t *testing.T) {
	e := newError("clWaitForEvents", codeEventFailed)
	e.blameCommand(-4)
	require.Equal(t, Capacity, e.Kind)
	require.Contains(t, e.Error(), "clWaitForEvents: CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST (-14): the command ended with CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)")
	e.blameCommand(-5)
	require.Equal(t, DeviceLost, e.Kind)
}

func TestLongLogIsCut(t *testing.T) {
	require.Equal(t, "short", cutLog("short"))
	whole := strings.Repeat("x", maxLog)
	require.Equal(t, whole, cutLog(whole))
	cut := cutLog("first" + strings.Repeat("x", 10*maxLog) + "last")
	require.Less(t, len(cut), maxLog+100)
	require.True(t, strings.HasPrefix(cut, "first") && strings.HasSuffix(cut, "last"))
	require.Contains(t, cut, "\n... 294921 bytes are left out here ...\n")
}
