// Finds an OpenCL device, and builds hash.cl for it.
#include "harness.h"

#include <stdio.h>
#include <string.h>

void check(cl_int code, const char *call) {
  if (code != CL_SUCCESS) {
    die("%s failed with code %d", call, (int)code);
  }
}

// no_device ends the program: a machine that must have OpenCL has failed, any other is let pass.
static void no_device(const char *why) {
  const char *required = getenv("REQUIRE_BACKENDS");
  while (required && *required) {
    if (!strncmp(required, "opencl", 6)) {
      die("REQUIRE_BACKENDS asks for opencl, but %s", why);
    }
    required += strcspn(required, ",");
    required += *required == ',';
  }
  printf("skipped: %s\n", why);
  exit(EXIT_SKIPPED);
}

static cl_device_id find(const char *wanted, char *name, size_t size) {
  cl_platform_id platforms[16];
  cl_uint n = 0;
  if (clGetPlatformIDs(16, platforms, &n) != CL_SUCCESS || n == 0) {
    no_device("no OpenCL platform is here");
  }
  for (cl_uint i = 0; i < n && i < 16; i++) {
    cl_device_id id;
    check(clGetPlatformInfo(platforms[i], CL_PLATFORM_NAME, size, name, NULL), "clGetPlatformInfo");
    if (strstr(name, wanted) && clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, 1, &id, NULL) == CL_SUCCESS) {
      return id;
    }
  }
  no_device("no platform of that name has a device");
  return NULL;
}

// text is a string that grows.
typedef struct text {
  char *bytes;
  size_t n, room;
} text;

static void append(text *t, const char *bytes, size_t n) {
  if (t->n + n + 1 > t->room) {
    t->room = 2 * (t->n + n + 1);
    t->bytes = realloc(t->bytes, t->room);
    if (!t->bytes) {
      die("no memory");
    }
  }
  memcpy(t->bytes + t->n, bytes, n);
  t->n += n;
  t->bytes[t->n] = 0;
}

// append_source appends a file of the kernel, with those that it includes in their places.
static void append_source(text *t, const char *folder, const char *name) {
  char path[4096], included[256], line_mark[300];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "r");
  if (!f) {
    die("%s cannot be read", path);
  }
  snprintf(line_mark, sizeof line_mark, "#line 1 \"%s\"\n", name);
  append(t, line_mark, strlen(line_mark));
  char *line = NULL;
  size_t room = 0;
  for (int number = 2; getline(&line, &room, f) >= 0; number++) {
    if (sscanf(line, "#include \"%255[^\"]\"", included) == 1) {
      append_source(t, folder, included);
      snprintf(line_mark, sizeof line_mark, "#line %d \"%s\"\n", number, name);
      append(t, line_mark, strlen(line_mark));
    } else {
      append(t, line, strlen(line));
    }
  }
  free(line);
  fclose(f);
}

void device_open(device *d, const char *platform, const char *folder) {
  char name[256], device_name[256], extensions[8192];
  d->id = find(platform, name, sizeof name);
  check(clGetDeviceInfo(d->id, CL_DEVICE_NAME, sizeof device_name, device_name, NULL), "clGetDeviceInfo");
  check(clGetDeviceInfo(d->id, CL_DEVICE_EXTENSIONS, sizeof extensions, extensions, NULL), "clGetDeviceInfo");
  check(clGetDeviceInfo(d->id, CL_DEVICE_LOCAL_MEM_SIZE, sizeof d->local_memory, &d->local_memory, NULL),
        "clGetDeviceInfo");
  d->fp64 = strstr(extensions, "cl_khr_fp64") != NULL;
  cl_int code;
  d->context = clCreateContext(NULL, 1, &d->id, NULL, NULL, &code);
  check(code, "clCreateContext");
  d->queue = clCreateCommandQueue(d->context, d->id, 0, &code);
  check(code, "clCreateCommandQueue");
  text source = {0};
  append_source(&source, folder, "hash.cl");
  d->source = source.bytes;
  printf("device: %s, %s%s\n", name, device_name, d->fp64 ? "" : ", no doubles: jump is left out");
}

void device_close(device *d) {
  clReleaseCommandQueue(d->queue);
  clReleaseContext(d->context);
  free(d->source);
}

cl_kernel device_build(device *d, const char *options) {
  cl_int code;
  const char *source = d->source;
  cl_program program = clCreateProgramWithSource(d->context, 1, &source, NULL, &code);
  check(code, "clCreateProgramWithSource");
  if (clBuildProgram(program, 1, &d->id, options, NULL, NULL) != CL_SUCCESS) {
    static char log[65536];
    clGetProgramBuildInfo(program, d->id, CL_PROGRAM_BUILD_LOG, sizeof log - 1, log, NULL);
    die("hash.cl does not build with %s\n%s", options, log);
  }
  cl_kernel kernel = clCreateKernel(program, "place", &code);
  check(code, "clCreateKernel");
  clReleaseProgram(program); // the kernel keeps it
  return kernel;
}

cl_mem buffer(device *d, const void *contents, size_t size) {
  static const char nothing[1];
  cl_int code;
  cl_mem mem = clCreateBuffer(d->context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, size ? size : 1,
                              (void *)(size ? contents : nothing), &code);
  check(code, "clCreateBuffer");
  return mem;
}

void buffer_read(device *d, cl_mem from, void *to, size_t size) {
  if (size > 0) {
    check(clEnqueueReadBuffer(d->queue, from, CL_TRUE, 0, size, to, 0, NULL, NULL), "clEnqueueReadBuffer");
  }
}
