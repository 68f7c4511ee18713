//go:build cgo && linux && !noopencl && !purego

// The OpenCL functions that we call. Nothing is linked: libOpenCL is opened when a program first asks
// for it, so that one binary runs on hosts with and without OpenCL. KM_CALLS names each function once;
// the table of pointers, the loader and the functions km_clFinish ... that Go calls all come of it, and
// the compiler holds each to its declaration in cl.h.
#ifndef KEYMILL_SHIM_H
#define KEYMILL_SHIM_H

#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 120 // what we need of a driver; newer ones have it all
#include "cl.h"

#include <stdint.h>

// X(guarded, result, name, parameters, arguments). Guarded calls put back the signal handlers that the
// driver takes: see signals.h.
#define KM_CALLS(X) \
  X(1, cl_int, clGetPlatformIDs, (cl_uint n, cl_platform_id *ids, cl_uint *have), (n, ids, have)) \
  X(0, cl_int, clGetPlatformInfo, (cl_platform_id p, cl_platform_info what, size_t size, void *value, size_t *have), (p, what, size, value, have)) \
  X(1, cl_int, clGetDeviceIDs, (cl_platform_id p, cl_device_type type, cl_uint n, cl_device_id *ids, cl_uint *have), (p, type, n, ids, have)) \
  X(0, cl_int, clGetDeviceInfo, (cl_device_id d, cl_device_info what, size_t size, void *value, size_t *have), (d, what, size, value, have)) \
  X(1, cl_context, clCreateContext, (const cl_context_properties *props, cl_uint n, const cl_device_id *ids, void (*notify)(const char *, const void *, size_t, void *), void *data, cl_int *code), (props, n, ids, notify, data, code)) \
  X(0, cl_int, clReleaseContext, (cl_context c), (c)) \
  X(1, cl_command_queue, clCreateCommandQueue, (cl_context c, cl_device_id d, cl_command_queue_properties props, cl_int *code), (c, d, props, code)) \
  X(0, cl_int, clReleaseCommandQueue, (cl_command_queue q), (q)) \
  X(0, cl_mem, clCreateBuffer, (cl_context c, cl_mem_flags flags, size_t size, void *host, cl_int *code), (c, flags, size, host, code)) \
  X(0, cl_int, clReleaseMemObject, (cl_mem m), (m)) \
  X(0, cl_program, clCreateProgramWithSource, (cl_context c, cl_uint n, const char **texts, const size_t *sizes, cl_int *code), (c, n, texts, sizes, code)) \
  X(1, cl_program, clCreateProgramWithBinary, (cl_context c, cl_uint n, const cl_device_id *ids, const size_t *sizes, const unsigned char **binaries, cl_int *status, cl_int *code), (c, n, ids, sizes, binaries, status, code)) \
  X(1, cl_int, clBuildProgram, (cl_program p, cl_uint n, const cl_device_id *ids, const char *options, void (*notify)(cl_program, void *), void *data), (p, n, ids, options, notify, data)) \
  X(0, cl_int, clGetProgramInfo, (cl_program p, cl_program_info what, size_t size, void *value, size_t *have), (p, what, size, value, have)) \
  X(0, cl_int, clGetProgramBuildInfo, (cl_program p, cl_device_id d, cl_program_build_info what, size_t size, void *value, size_t *have), (p, d, what, size, value, have)) \
  X(0, cl_int, clReleaseProgram, (cl_program p), (p)) \
  X(1, cl_kernel, clCreateKernel, (cl_program p, const char *name, cl_int *code), (p, name, code)) \
  X(0, cl_int, clSetKernelArg, (cl_kernel k, cl_uint index, size_t size, const void *value), (k, index, size, value)) \
  X(0, cl_int, clReleaseKernel, (cl_kernel k), (k)) \
  X(0, cl_int, clEnqueueNDRangeKernel, (cl_command_queue q, cl_kernel k, cl_uint dims, const size_t *offset, const size_t *global, const size_t *local, cl_uint n, const cl_event *after, cl_event *done), (q, k, dims, offset, global, local, n, after, done)) \
  X(0, cl_int, clEnqueueWriteBuffer, (cl_command_queue q, cl_mem m, cl_bool blocking, size_t offset, size_t size, const void *from, cl_uint n, const cl_event *after, cl_event *done), (q, m, blocking, offset, size, from, n, after, done)) \
  X(0, cl_int, clEnqueueReadBuffer, (cl_command_queue q, cl_mem m, cl_bool blocking, size_t offset, size_t size, void *to, cl_uint n, const cl_event *after, cl_event *done), (q, m, blocking, offset, size, to, n, after, done)) \
  X(0, void *, clEnqueueMapBuffer, (cl_command_queue q, cl_mem m, cl_bool blocking, cl_map_flags flags, size_t offset, size_t size, cl_uint n, const cl_event *after, cl_event *done, cl_int *code), (q, m, blocking, flags, offset, size, n, after, done, code)) \
  X(0, cl_int, clEnqueueUnmapMemObject, (cl_command_queue q, cl_mem m, void *mapped, cl_uint n, const cl_event *after, cl_event *done), (q, m, mapped, n, after, done)) \
  X(0, cl_int, clEnqueueCopyBuffer, (cl_command_queue q, cl_mem from, cl_mem to, size_t from_offset, size_t to_offset, size_t size, cl_uint n, const cl_event *after, cl_event *done), (q, from, to, from_offset, to_offset, size, n, after, done)) \
  X(0, cl_int, clEnqueueFillBuffer, (cl_command_queue q, cl_mem m, const void *pattern, size_t pattern_size, size_t offset, size_t size, cl_uint n, const cl_event *after, cl_event *done), (q, m, pattern, pattern_size, offset, size, n, after, done)) \
  X(0, cl_int, clFlush, (cl_command_queue q), (q)) \
  X(0, cl_int, clFinish, (cl_command_queue q), (q)) \
  X(0, cl_int, clWaitForEvents, (cl_uint n, const cl_event *events), (n, events)) \
  X(0, cl_int, clGetEventInfo, (cl_event e, cl_event_info what, size_t size, void *value, size_t *have), (e, what, size, value, have)) \
  X(0, cl_int, clReleaseEvent, (cl_event e), (e))

#define KM_DECLARE(guarded, result, name, parameters, arguments) result km_##name parameters;
KM_CALLS(KM_DECLARE)

// km_load opens the library of that name and fills the table. It returns 0; 1 if the library cannot be
// opened; 2 if it lacks a function. The reason is written to why, which has room for size bytes. After a
// failure the table is what it was.
int km_load(const char *library, char *why, size_t size);

// km_arg is an argument of a kernel: size bytes of value, or, if local, so much local memory.
typedef struct {
  size_t size;
  unsigned char value[8];
  int local;
} km_arg;

// km_set says how arguments were set: code is CL_SUCCESS, or that of the first that was not.
typedef struct {
  cl_int code;
  cl_uint failed;
} km_set;

// km_map is where a buffer is mapped, if code is CL_SUCCESS.
typedef struct {
  void *at;
  cl_int code;
} km_map;

// These take by value what OpenCL takes by pointer, so that Go need not keep it in memory.
// host is an address, so that cgo does not look through all of the Go object that holds it.
cl_mem km_create_buffer(cl_context c, cl_mem_flags flags, size_t size, uintptr_t host, cl_int *code);
km_set km_set_args(cl_kernel k, cl_uint n, const km_arg *args);
cl_context km_create_context(cl_platform_id p, cl_device_id d, cl_int *code);
cl_program km_program_with_source(cl_context c, const char *text, size_t size, cl_int *code);
cl_program km_program_with_binary(cl_context c, cl_device_id d, const unsigned char *binary, size_t size, cl_int *code);
cl_int km_build_program(cl_program p, cl_device_id d, const char *options);
cl_int km_program_binary(cl_program p, unsigned char *binary);
km_map km_enqueue_map(cl_command_queue q, cl_mem m, cl_bool blocking, cl_map_flags flags, size_t offset, size_t size, cl_uint n, const cl_event *after, cl_event *done);
cl_int km_enqueue_kernel(cl_command_queue q, cl_kernel k, size_t global, size_t local, cl_uint n, const cl_event *after, cl_event *done);
cl_int km_enqueue_fill(cl_command_queue q, cl_mem m, cl_uint pattern, size_t offset, size_t size, cl_uint n, const cl_event *after, cl_event *done);

#endif
