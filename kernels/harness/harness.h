// A host in plain C for the OpenCL kernel, apart from keymill's own: it builds the specialisations of
// hash.cl, runs them on the cases of cases.txt and golden.tsv, and compares.
#ifndef HARNESS_H
#define HARNESS_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdint.h>
#include <stdlib.h>

enum { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_SKIPPED = 77 };

#define NO_PARTITION UINT32_MAX
#define NAME_SIZE 64
#define MAX_HASHES 32

// The ways to read the bytes of a key, and what is wanted: numbers of hash.cl.
enum { LOAD_PACKED, LOAD_WORDS, LOAD_BYTES, NUM_LOADS };
enum {
  FLAG_HASHES = 1,
  FLAG_PARTS = 2,
  FLAG_VALID = 4,
  FLAG_WORD8 = 8,
  FLAG_TAGS = 16,
  FLAG_EMPTY_UNPLACED = 32,
  FLAG_SWAP = 64,
  FLAG_NO_MIN = 128,
  FLAG_WEIGHTED = 256
};
enum { REDUCE_JUMP = 5 };

// The folds of package place.
enum { FOLD_NONE, FOLD_LOW31, FOLD_LOW32, FOLD_HIGH15, FOLD_SWAP, FOLD_NO_MIN };

// ---- cases.c: what has to come out ----

typedef struct key {
  uint8_t *bytes;
  uint32_t length;
  int null;
} key;

typedef struct key_set {
  char name[NAME_SIZE];
  uint32_t width; // 0: keys of any lengths
  uint32_t n;
  key *keys;
} key_set;

typedef struct hash_info {
  char name[NAME_SIZE];
  int number, bits;
  uint64_t seed_lo, seed_hi;
} hash_info;

// A table is what a reduction looks into.
typedef struct table {
  char name[NAME_SIZE];
  uint32_t points_n, members_n;
  int weighted; // the last LOGARITHMS points are not points
  uint64_t *points;
  uint32_t *members; // owners or weights
} table;

enum { LOGARITHMS = 512 };

// A column is one scheme on a set of keys, with the hashes and partitions.
typedef struct column {
  char name[NAME_SIZE];
  int hash;
  const key_set *keys;
  int bits; // of the hash, that reach the reduction
  uint64_t seed_lo, seed_hi, add, null_hash;
  int tags, word8, empty_unplaced, fold, drop;
  uint32_t reduce, partitions, route, null_part;
  const table *table; // NULL: none
  uint64_t *hashes;
  uint32_t *parts;
} column;

typedef struct cases {
  hash_info hashes[MAX_HASHES];
  int hashes_n;
  key_set sets[32];
  int sets_n;
  table tables[64];
  int tables_n;
  column *columns;
  int columns_n;
} cases;

// cases_read reads cases.txt. A file that it does not understand ends the program.
void cases_read(cases *c, const char *file);

// golden_read adds the columns of golden.tsv: of a seed that is the same for all keys one column, of a
// seed that differs from key to key a column a key.
void golden_read(cases *c, const char *file);

const hash_info *hash_by_number(const cases *c, int number);

// xalloc returns n zeroed elements, at least one.
void *xalloc(size_t n, size_t size);
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

// ---- device.c: OpenCL ----

typedef struct device {
  cl_device_id id;
  cl_context context;
  cl_command_queue queue;
  int fp64;
  cl_ulong local_memory; // bytes
  char *source;          // hash.cl with its includes
} device;

// device_open takes the first device of a platform whose name has that text in it, and reads the
// kernel from the folder. If there is none it ends the program, as skipped or, where
// REQUIRE_BACKENDS names opencl, as failed.
void device_open(device *d, const char *platform, const char *folder);
void device_close(device *d);

// device_build returns the kernel built for those options.
cl_kernel device_build(device *d, const char *options);

// buffer returns a buffer of exactly that many bytes, at least one, with that in it.
cl_mem buffer(device *d, const void *contents, size_t size);
void buffer_read(device *d, cl_mem from, void *to, size_t size);

// check ends the program if an OpenCL call failed.
void check(cl_int code, const char *call);

// ---- run.c: one kernel on one column ----

// A program is hash.cl, built for these options: HASH, WIDTH, LOAD, RUNS, COUNT, FP64, GROUP.
typedef struct program {
  cl_kernel kernel;
  int hash, width, load, runs, count, fp64;
  uint32_t group;
} program;

// run_column runs the keys first to first+n-1 of the column in one launch, and returns how many
// results are wrong; it says which on stderr.
int run_column(device *d, const program *p, const column *c, uint32_t first, uint32_t n);

#endif
