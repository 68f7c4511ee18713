package opencl

import "fmt"

// Code is what an OpenCL call returned: 0 is success, all others are negative.
type Code int32

// The codes that this package speaks of by name.
const (
	codeDeviceNotFound       Code = -1
	codeDeviceNotAvailable   Code = -2
	codeCompilerNotAvailable Code = -3
	codeOutOfResources       Code = -5
	codeEventFailed          Code = -14
	codeLinkerNotAvailable   Code = -16
	codeInvalidValue         Code = -30
	codeInvalidGlobalSize    Code = -63
	codePlatformNotFound     Code = -1001
)

// codes has the name of each code and what it means when a call returns it, by
// the text of the OpenCL 3.0 specification. kindOf has the exceptions.
var codes = map[Code]struct {
	name string
	kind Kind
}{
	-1:  {"CL_DEVICE_NOT_FOUND", Unavailable},
	-2:  {"CL_DEVICE_NOT_AVAILABLE", Unavailable},
	-3:  {"CL_COMPILER_NOT_AVAILABLE", Unavailable},
	-4:  {"CL_MEM_OBJECT_ALLOCATION_FAILURE", Capacity},
	-5:  {"CL_OUT_OF_RESOURCES", Capacity},
	-6:  {"CL_OUT_OF_HOST_MEMORY", Capacity},
	-7:  {"CL_PROFILING_INFO_NOT_AVAILABLE", Misuse},
	-8:  {"CL_MEM_COPY_OVERLAP", Misuse},
	-9:  {"CL_IMAGE_FORMAT_MISMATCH", Misuse},
	-10: {"CL_IMAGE_FORMAT_NOT_SUPPORTED", Misuse},
	-11: {"CL_BUILD_PROGRAM_FAILURE", Build},
	-12: {"CL_MAP_FAILURE", Capacity}, // no room in the host's address space
	-13: {"CL_MISALIGNED_SUB_BUFFER_OFFSET", Misuse},
	-14: {"CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST", DeviceLost},
	-15: {"CL_COMPILE_PROGRAM_FAILURE", Build},
	-16: {"CL_LINKER_NOT_AVAILABLE", Unavailable},
	-17: {"CL_LINK_PROGRAM_FAILURE", Build},
	-18: {"CL_DEVICE_PARTITION_FAILED", Misuse},
	-19: {"CL_KERNEL_ARG_INFO_NOT_AVAILABLE", Misuse},
	-30: {"CL_INVALID_VALUE", Misuse},
	-31: {"CL_INVALID_DEVICE_TYPE", Misuse},
	-32: {"CL_INVALID_PLATFORM", Misuse},
	-33: {"CL_INVALID_DEVICE", Misuse},
	-34: {"CL_INVALID_CONTEXT", Misuse},
	-35: {"CL_INVALID_QUEUE_PROPERTIES", Misuse},
	-36: {"CL_INVALID_COMMAND_QUEUE", DeviceLost}, // we never pass a bad one: NVIDIA, after a kernel's fault
	-37: {"CL_INVALID_HOST_PTR", Misuse},
	-38: {"CL_INVALID_MEM_OBJECT", Misuse},
	-39: {"CL_INVALID_IMAGE_FORMAT_DESCRIPTOR", Misuse},
	-40: {"CL_INVALID_IMAGE_SIZE", Misuse},
	-41: {"CL_INVALID_SAMPLER", Misuse},
	-42: {"CL_INVALID_BINARY", Build},
	-43: {"CL_INVALID_BUILD_OPTIONS", Build}, // an option that this driver does not know
	-44: {"CL_INVALID_PROGRAM", Misuse},
	-45: {"CL_INVALID_PROGRAM_EXECUTABLE", Build}, // -45 to -47: the program is not the one we wrote
	-46: {"CL_INVALID_KERNEL_NAME", Build},
	-47: {"CL_INVALID_KERNEL_DEFINITION", Build},
	-48: {"CL_INVALID_KERNEL", Misuse},
	-49: {"CL_INVALID_ARG_INDEX", Misuse},
	-50: {"CL_INVALID_ARG_VALUE", Misuse},
	-51: {"CL_INVALID_ARG_SIZE", Misuse},
	-52: {"CL_INVALID_KERNEL_ARGS", Misuse},
	-53: {"CL_INVALID_WORK_DIMENSION", Misuse},
	-54: {"CL_INVALID_WORK_GROUP_SIZE", Misuse},
	-55: {"CL_INVALID_WORK_ITEM_SIZE", Misuse},
	-56: {"CL_INVALID_GLOBAL_OFFSET", Misuse},
	-57: {"CL_INVALID_EVENT_WAIT_LIST", Misuse},
	-58: {"CL_INVALID_EVENT", Misuse},
	-59: {"CL_INVALID_OPERATION", Misuse},
	-60: {"CL_INVALID_GL_OBJECT", Misuse},
	-61: {"CL_INVALID_BUFFER_SIZE", Capacity}, // above CL_DEVICE_MAX_MEM_ALLOC_SIZE
	-62: {"CL_INVALID_MIP_LEVEL", Misuse},
	-63: {"CL_INVALID_GLOBAL_WORK_SIZE", Misuse},
	-64: {"CL_INVALID_PROPERTY", Misuse},
	-65: {"CL_INVALID_IMAGE_DESCRIPTOR", Misuse},
	-66: {"CL_INVALID_COMPILER_OPTIONS", Build},
	-67: {"CL_INVALID_LINKER_OPTIONS", Build},
	-68: {"CL_INVALID_DEVICE_PARTITION_COUNT", Misuse},
	-69: {"CL_INVALID_PIPE_SIZE", Misuse},
	-70: {"CL_INVALID_DEVICE_QUEUE", Misuse},
	-71: {"CL_INVALID_SPEC_ID", Misuse},
	-72: {"CL_MAX_SIZE_RESTRICTION_EXCEEDED", Misuse},

	-1001: {"CL_PLATFORM_NOT_FOUND_KHR", Unavailable}, // cl_khr_icd: no driver is installed
	-1121: {"CL_CONTEXT_TERMINATED_KHR", DeviceLost},  // cl_khr_terminate_context
	-9999: {"CL_NVIDIA_ILLEGAL_ACCESS", DeviceLost},   // in no header: a kernel read or wrote where it must not
}

// String returns the name of the code, as "CL_OUT_OF_RESOURCES".
func (c Code) String() string {
	if c == 0 {
		return "CL_SUCCESS"
	}
	if known, ok := codes[c]; ok {
		return known.name
	}
	return fmt.Sprintf("unknown OpenCL code %d", int32(c))
}

// kindOf returns what it means that this call returned that code.
//
// A code that no specification has is a driver's own, for a fault. And
// CL_OUT_OF_RESOURCES means that there is too little of something where work is
// begun, but is what NVIDIA's driver says of a fault of a kernel where its end
// is awaited or its results are fetched: these need nothing that could be short.
func kindOf(call string, code Code) Kind {
	known, ok := codes[code]
	if !ok {
		return DeviceLost
	}
	if code == codeOutOfResources {
		switch call {
		case "clFinish", "clFlush", "clWaitForEvents", "clEnqueueReadBuffer", "clEnqueueMapBuffer", "clEnqueueUnmapMemObject":
			return DeviceLost
		}
	}
	return known.kind
}

func newError(call string, code Code) *Error {
	return &Error{Kind: kindOf(call, code), Call: call, Code: code}
}
