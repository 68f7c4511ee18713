// Runs one kernel on one column, and compares. The buffers are as small as the kernel's interface
// allows, so that a checker of memory sees whatever is read or written outside.
#include "harness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BASE = 7, VALID_FIRST = 5, UNTOUCHED = 0xA5 }; // where offsets and bits start: not at 0
enum { MAX_COUNTED = 1 << 16 };

// input is the batch on the device.
typedef struct input {
  cl_mem data, offsets, valid, points, members;
  int nulls;
} input;

// work is a launch: what is wanted of which keys.
typedef struct work {
  device *d;
  const program *p;
  const column *c;
  uint32_t first, n, flags, bins;
  cl_mem counts;
} work;

static input upload(const work *w) {
  const key *keys = w->c->keys->keys + w->first;
  // Only the style of words may read a word that has bytes of the key and others. So there keys start
  // anywhere in a word, and there are bytes up to the end of the last.
  int words = w->p->load == LOAD_WORDS, ragged = w->c->keys->width == 0;
  uint32_t at = words && ragged ? w->first % 4 : 0, size = at;
  for (uint32_t i = 0; i < w->n; i++) {
    size += keys[i].length;
  }
  if (words) {
    size = (size + 3) / 4 * 4;
  }
  uint32_t bits = VALID_FIRST + w->n;
  uint8_t *data = xalloc(size, 1);
  uint32_t *offsets = xalloc(w->n + 1, sizeof *offsets);
  uint64_t *valid = xalloc((bits + 63) / 64, sizeof *valid);
  input in = {0};
  for (uint32_t i = 0; i < w->n; i++) {
    offsets[i] = BASE + at;
    memcpy(data + at, keys[i].bytes, keys[i].length);
    at += keys[i].length;
    in.nulls |= keys[i].null;
    valid[(VALID_FIRST + i) / 64] |= (uint64_t)!keys[i].null << (VALID_FIRST + i) % 64;
  }
  offsets[w->n] = BASE + at;
  in.data = buffer(w->d, data, size);
  in.offsets = buffer(w->d, offsets, ragged ? (w->n + 1) * sizeof *offsets : 0);
  in.valid = buffer(w->d, valid, in.nulls ? (bits + 63) / 64 * sizeof *valid : 0);
  const table *t = w->c->table;
  in.points = buffer(w->d, t ? t->points : NULL, t ? t->points_n * sizeof *t->points : 0);
  in.members = buffer(w->d, t ? t->members : NULL, t ? t->members_n * sizeof *t->members : 0);
  free(data);
  free(offsets);
  free(valid);
  return in;
}

// outputs are what is written; of what is not wanted there is one byte, that stays as it is.
typedef struct outputs {
  size_t hashes_size, parts_size, counts_size; // bytes
  uint64_t *hashes;
  uint32_t *parts, *counts;
} outputs;

static void *untouched(size_t size) {
  void *p = xalloc(size, 1);
  return memset(p, UNTOUCHED, size ? size : 1);
}

static void set(cl_kernel kernel, cl_uint *index, size_t size, const void *value) {
  check(clSetKernelArg(kernel, (*index)++, size, value), "clSetKernelArg");
}

static void set_uint(cl_kernel kernel, cl_uint *index, cl_uint value) { set(kernel, index, sizeof value, &value); }
static void set_ulong(cl_kernel kernel, cl_uint *index, cl_ulong value) { set(kernel, index, sizeof value, &value); }

// fold is what the kernel makes of a hash before it is reduced.
typedef struct fold {
  cl_uint flags, shift;
  cl_ulong bits;
} fold;

static fold fold_of(const column *c) {
  switch (c->fold) {
  case FOLD_LOW31:
    return (fold){0, 0, 0x7FFFFFFF};
  case FOLD_LOW32:
    return (fold){0, 0, 0xFFFFFFFF};
  case FOLD_HIGH15:
    return (fold){0, 16, 0x7FFF0000};
  case FOLD_SWAP:
    return (fold){FLAG_SWAP, 0, UINT64_MAX};
  case FOLD_NO_MIN:
    return (fold){FLAG_NO_MIN, 0, UINT64_MAX};
  }
  return (fold){0, 0, UINT64_MAX};
}

// entries returns what the reduction divides by, or how many entries, points or members its table has.
static cl_uint entries(const column *c) {
  const table *t = c->table;
  if (t) {
    return t->weighted ? t->points_n - LOGARITHMS : t->points_n ? t->points_n : t->members_n;
  }
  return c->route ? c->route : c->partitions;
}

static void launch(const work *w, const input *in, cl_mem hashes, cl_mem parts, cl_mem counts) {
  const column *c = w->c;
  cl_kernel k = w->p->kernel;
  fold f = fold_of(c);
  cl_uint size = entries(c);
  cl_uint i = 0;
  set(k, &i, sizeof(cl_mem), &in->data);
  set(k, &i, sizeof(cl_mem), &in->offsets);
  set(k, &i, sizeof(cl_mem), &in->valid);
  set(k, &i, sizeof(cl_mem), &hashes);
  set(k, &i, sizeof(cl_mem), &parts);
  set(k, &i, sizeof(cl_mem), &counts);
  set(k, &i, sizeof(cl_mem), &in->points);
  set(k, &i, sizeof(cl_mem), &in->members);
  set(k, &i, (w->bins ? w->bins : 1) * sizeof(cl_uint), NULL);
  set_uint(k, &i, w->n);
  set_uint(k, &i, BASE);
  set_uint(k, &i, c->keys->width);
  set_uint(k, &i, VALID_FIRST);
  set_uint(k, &i, w->flags | (in->nulls ? FLAG_VALID : 0) | (c->word8 ? FLAG_WORD8 : 0) |
                      (c->tags ? FLAG_TAGS : 0) | (c->empty_unplaced ? FLAG_EMPTY_UNPLACED : 0) | f.flags |
                      (c->table && c->table->weighted ? FLAG_WEIGHTED : 0));
  set_uint(k, &i, c->reduce);
  set_uint(k, &i, c->partitions);
  set_uint(k, &i, w->bins);
  set_uint(k, &i, size);
  set_uint(k, &i, c->route ? c->route / c->partitions : 1);
  set_uint(k, &i, (cl_uint)(64 - c->bits + c->drop));
  set_uint(k, &i, f.shift);
  set_uint(k, &i, c->null_part);
  set_ulong(k, &i, f.bits);
  set_ulong(k, &i, c->add);
  set_ulong(k, &i, size ? UINT64_MAX / size : 0);
  set_ulong(k, &i, c->seed_lo);
  set_ulong(k, &i, c->seed_hi);
  set_ulong(k, &i, c->null_hash);
  // An item a key; but few items with several keys each where runs, or the bins of a group, are tried.
  size_t group = w->p->group, global = (w->n + group - 1) / group * group;
  if (w->p->runs) {
    global = w->flags == FLAG_PARTS ? 3 * group : group;
  } else if (w->bins) {
    global = group;
  }
  check(clEnqueueNDRangeKernel(w->d->queue, k, 1, NULL, &global, &group, 0, NULL, NULL), "clEnqueueNDRangeKernel");
}

static void complain(const work *w, const char *what, uint32_t i, uint64_t got, uint64_t want) {
  fprintf(stderr,
          "HASH=%d WIDTH=%d LOAD=%d RUNS=%d COUNT=%d FP64=%d, %s of keys %s, flags %" PRIu32 ", %" PRIu32 " bins: %s %" PRIu32
          " is %" PRIx64 ", not %" PRIx64 "\n",
          w->p->hash, w->p->width, w->p->load, w->p->runs, w->p->count, w->p->fp64, w->c->name, w->c->keys->name, w->flags, w->bins, what,
          i, got, want);
}

// compare returns how many results are wrong, and shows the first three.
static int compare(const work *w, const outputs *out) {
  int wrong = 0;
  uint32_t *counts = xalloc(out->counts_size, 1);
  for (uint32_t i = 0; i < w->n; i++) {
    uint64_t hash = w->c->hashes[w->first + i];
    uint32_t part = w->c->parts[w->first + i];
    if ((w->flags & FLAG_HASHES) && out->hashes[i] != hash && wrong++ < 3) {
      complain(w, "hash", w->first + i, out->hashes[i], hash);
    }
    if ((w->flags & FLAG_PARTS) && out->parts[i] != part && wrong++ < 3) {
      complain(w, "partition", w->first + i, out->parts[i], part);
    }
    if (out->counts_size && part != NO_PARTITION) {
      counts[part]++;
    }
  }
  for (uint32_t i = 0; i < out->counts_size / sizeof *counts; i++) {
    if (out->counts[i] != counts[i] && wrong++ < 3) {
      complain(w, "count", i, out->counts[i], counts[i]);
    }
  }
  free(counts);
  if ((!out->hashes_size && *(uint8_t *)out->hashes != UNTOUCHED) ||
      (!out->parts_size && *(uint8_t *)out->parts != UNTOUCHED) ||
      (!out->counts_size && *(uint8_t *)out->counts != UNTOUCHED)) {
    complain(w, "an output that is not wanted", 0, 0, UNTOUCHED);
    wrong++;
  }
  return wrong;
}

static int run_once(const work *w, const input *in) {
  outputs out = {0};
  out.hashes_size = w->flags & FLAG_HASHES ? w->n * sizeof *out.hashes : 0;
  out.parts_size = w->flags & FLAG_PARTS ? w->n * sizeof *out.parts : 0;
  out.counts_size = w->p->count ? w->c->partitions * sizeof *out.counts : 0;
  out.hashes = untouched(out.hashes_size);
  out.parts = untouched(out.parts_size);
  out.counts = untouched(out.counts_size);
  memset(out.counts, out.counts_size ? 0 : UNTOUCHED, out.counts_size ? out.counts_size : 1);
  cl_mem hashes = buffer(w->d, out.hashes, out.hashes_size ? out.hashes_size : 1);
  cl_mem parts = buffer(w->d, out.parts, out.parts_size ? out.parts_size : 1);
  cl_mem counts = buffer(w->d, out.counts, out.counts_size ? out.counts_size : 1);
  launch(w, in, hashes, parts, counts);
  buffer_read(w->d, hashes, out.hashes, out.hashes_size ? out.hashes_size : 1);
  buffer_read(w->d, parts, out.parts, out.parts_size ? out.parts_size : 1);
  buffer_read(w->d, counts, out.counts, out.counts_size ? out.counts_size : 1);
  int wrong = compare(w, &out);
  clReleaseMemObject(hashes);
  clReleaseMemObject(parts);
  clReleaseMemObject(counts);
  free(out.hashes);
  free(out.parts);
  free(out.counts);
  return wrong;
}

int run_column(device *d, const program *p, const column *c, uint32_t first, uint32_t n) {
  work w = {.d = d, .p = p, .c = c, .first = first, .n = n};
  if (p->count && c->partitions > MAX_COUNTED) {
    return 0; // more counts than a test needs
  }
  input in = upload(&w);
  int wrong = 0;
  for (int bins = 0; bins <= (p->count && c->partitions); bins++) {
    w.bins = bins ? c->partitions : 0;
    if (w.bins > d->local_memory / sizeof(cl_uint) / 2) {
      continue;
    }
    for (w.flags = p->count ? 0 : FLAG_HASHES; w.flags <= (FLAG_HASHES | FLAG_PARTS); w.flags++) {
      if (n > 1 || w.flags == (FLAG_HASHES | FLAG_PARTS)) {
        wrong += run_once(&w, &in);
      }
    }
  }
  clReleaseMemObject(in.data);
  clReleaseMemObject(in.offsets);
  clReleaseMemObject(in.valid);
  clReleaseMemObject(in.points);
  clReleaseMemObject(in.members);
  return wrong;
}
