// What hash.cl uses of OpenCL C, in C: so that a sanitizer can watch it read and write.
#ifndef HOSTTEST_OPENCL_H
#define HOSTTEST_OPENCL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t uchar;
typedef unsigned int uint;
typedef unsigned long ulong;
_Static_assert(sizeof(uint) == 4 && sizeof(ulong) == 8, "OpenCL's sizes");
typedef struct {
  ulong x, y;
} __attribute__((aligned(16))) ulong2;

#define __kernel
#define __global
#define __local
#define __constant const
#define reqd_work_group_size(x, y, z) unused

// Where a work item is in the launch: of its own thread.
struct item {
  size_t global_id, global_size, local_id;
};
extern _Thread_local struct item item;

static inline size_t get_global_id(uint dimension) { return dimension == 0 ? item.global_id : 0; }
static inline size_t get_global_size(uint dimension) { return dimension == 0 ? item.global_size : 1; }
static inline size_t get_local_id(uint dimension) { return dimension == 0 ? item.local_id : 0; }

// The work items of a group meet here.
#define CLK_LOCAL_MEM_FENCE 1
void barrier(uint fences);

static inline uint atomic_add(uint *p, uint n) { return __atomic_fetch_add(p, n, __ATOMIC_RELAXED); }
static inline uint atomic_inc(uint *p) { return atomic_add(p, 1); }

static inline ulong mul_hi(ulong a, ulong b) {
  __extension__ typedef unsigned __int128 product;
  return (ulong)((product)a * b >> 64);
}

static inline ulong clz(ulong x) { return x ? (ulong)__builtin_clzl(x) : 64; }

// The kernel, as every specialisation of it looks.
typedef void kernel(const uchar *data, const uint *offsets, const ulong *valid, ulong *hashes, uint *parts,
                    uint *counts, const ulong *points, const uint *members, uint *bins, uint n, uint base, uint width,
                    uint valid_first, uint flags, uint reduce, uint partitions, uint bins_len, uint size, uint each,
                    uint shift, uint fold_shift, uint null_part, ulong fold, ulong add, ulong magic, ulong seed_lo,
                    ulong seed_hi, ulong null_hash);

// The specialisations of one hash function and RUNS, by width (any, 4, 8, 16, 24, 32), LOAD and COUNT.
typedef kernel *const family[6][3][2];

#endif
