//go:build cgo && linux && !noopencl && !purego

#include "shim.h"

#include <dlfcn.h>
#include <stdio.h>

#include "signals.h"

static struct {
#define KM_POINTER(guarded, result, name, parameters, arguments) __typeof__(name) *name;
  KM_CALLS(KM_POINTER)
} table;

#define KM_DEFINE(guarded, result, name, parameters, arguments) \
  result km_##name parameters {                                 \
    KM_GUARD_##guarded;                                         \
    return table.name arguments;                                \
  }
#define KM_GUARD_0
#define KM_GUARD_1 KM_GUARD
KM_CALLS(KM_DEFINE)

int km_load(const char *library, char *why, size_t size) {
  KM_GUARD; // a library may take signals as soon as it is opened
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    snprintf(why, size, "%s", dlerror());
    return 1;
  }
  __typeof__(table) found;
#define KM_FIND(guarded, result, name, parameters, arguments)  \
  if (!(found.name = (__typeof__(name) *)dlsym(handle, #name))) { \
    snprintf(why, size, "%s has no function %s", library, #name); \
    dlclose(handle);                                              \
    return 2;                                                     \
  }
  KM_CALLS(KM_FIND)
  table = found;
  return 0;
}

cl_mem km_create_buffer(cl_context c, cl_mem_flags flags, size_t size, uintptr_t host, cl_int *code) {
  return km_clCreateBuffer(c, flags, size, (void *)host, code);
}

km_set km_set_args(cl_kernel k, cl_uint n, const km_arg *args) {
  for (cl_uint i = 0; i < n; i++) {
    cl_int code = table.clSetKernelArg(k, i, args[i].size, args[i].local ? NULL : args[i].value);
    if (code != CL_SUCCESS) {
      return (km_set){code, i};
    }
  }
  return (km_set){CL_SUCCESS, n};
}

cl_context km_create_context(cl_platform_id p, cl_device_id d, cl_int *code) {
  const cl_context_properties props[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)p, 0};
  return km_clCreateContext(props, 1, &d, NULL, NULL, code);
}

cl_program km_program_with_source(cl_context c, const char *text, size_t size, cl_int *code) {
  return km_clCreateProgramWithSource(c, 1, &text, &size, code);
}

cl_program km_program_with_binary(cl_context c, cl_device_id d, const unsigned char *binary, size_t size, cl_int *code) {
  cl_int status = CL_SUCCESS;
  cl_program p = km_clCreateProgramWithBinary(c, 1, &d, &size, &binary, &status, code);
  if (p && status != CL_SUCCESS) { // refused for the one device that we asked for
    km_clReleaseProgram(p);
    *code = status;
    return NULL;
  }
  return p;
}

cl_int km_build_program(cl_program p, cl_device_id d, const char *options) {
  return km_clBuildProgram(p, 1, &d, options, NULL, NULL);
}

cl_int km_program_binary(cl_program p, unsigned char *binary) {
  return km_clGetProgramInfo(p, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL);
}

km_map km_enqueue_map(cl_command_queue q, cl_mem m, cl_bool blocking, cl_map_flags flags, size_t offset, size_t size, cl_uint n, const cl_event *after, cl_event *done) {
  km_map map = {NULL, CL_SUCCESS};
  map.at = km_clEnqueueMapBuffer(q, m, blocking, flags, offset, size, n, after, done, &map.code);
  return map;
}

cl_int km_enqueue_kernel(cl_command_queue q, cl_kernel k, size_t global, size_t local, cl_uint n, const cl_event *after, cl_event *done) {
  return km_clEnqueueNDRangeKernel(q, k, 1, NULL, &global, &local, n, after, done);
}

cl_int km_enqueue_fill(cl_command_queue q, cl_mem m, cl_uint pattern, size_t offset, size_t size, cl_uint n, const cl_event *after, cl_event *done) {
  return km_clEnqueueFillBuffer(q, m, &pattern, sizeof pattern, offset, size, n, after, done);
}
