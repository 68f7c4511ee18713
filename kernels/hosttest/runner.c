// Plays launches of the kernel on the host. It reads requests from standard input and writes answers to
// standard output, in the byte order of the machine, until the input ends. Every buffer has a size of
// its own to the byte, so that the address sanitizer sees a kernel that leaves one.
#include "opencl.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// By HASH - 1, with RUNS 0. Runs have nothing to do with what is hashed, so one function stands for all.
extern family family1_0, family2_0, family3_0, family4_0, family5_0, family6_0, family7_0, family8_0, family9_0,
    family10_0, family11_0, family12_0, family13_0, family14_0, family15_0, family16_0, family17_0, family18_0,
    family19_0, family20_0, family21_0, family22_0, family23_0, family24_0, family25_0, family26_0, family27_0, family1_1;
static family *const families[] = {&family1_0, &family2_0, &family3_0, &family4_0, &family5_0, &family6_0, &family7_0,
    &family8_0, &family9_0, &family10_0, &family11_0, &family12_0, &family13_0, &family14_0, &family15_0, &family16_0,
    &family17_0, &family18_0, &family19_0, &family20_0, &family21_0, &family22_0, &family23_0, &family24_0,
    &family25_0, &family26_0, &family27_0};

// A request, as launch_test.go writes it; data, offsets, valid, points and members follow.
struct request {
  uint size; // of this structure: both sides must mean the same
  uint hash, runs, width_class, load, count; // which specialisation; width_class: its place in a family
  uint groups;                               // how many work groups are launched
  uint lead;                                 // how far behind a multiple of 16 the data starts
  uint data_size, offsets_size, valid_size;  // in bytes
  uint points_size, members_size;
  uint hashes_size, parts_size, counts_size;
  uint n, base, width, valid_first, flags, reduce, partitions, bins_len, size_arg, each, shift, fold_shift, null_part;
  uint unused; // so that what follows begins at a multiple of 8
  ulong fold, add, magic, seed_lo, seed_hi, null_hash;
};

_Static_assert(sizeof(struct request) == 30 * 4 + 6 * 8, "there is no padding");

// A launch: a request with its buffers.
struct launch {
  struct request r;
  kernel *kernel;
  void *data, *offsets, *valid, *hashes, *parts, *counts, *points, *members, *bins;
};

_Thread_local struct item item;
static pthread_barrier_t group_barrier;

void barrier(uint fences) {
  if (fences != CLK_LOCAL_MEM_FENCE) {
    abort();
  }
  pthread_barrier_wait(&group_barrier);
}

static void die(const char *why) {
  fprintf(stderr, "runner: %s\n", why);
  exit(2);
}

// make returns memory of that size that begins `lead` bytes behind a multiple of 16, or a null pointer
// for none: a kernel that reads what it was not given then crashes.
static void *make(size_t size, size_t lead) {
  if (size == 0) {
    return NULL;
  }
  unsigned char *p = malloc(lead + size);
  if (!p) {
    die("no memory");
  }
  memset(p, 0xA5, lead + size);
  return p + lead;
}

static void drop(void *p, size_t lead) {
  if (p) {
    free((unsigned char *)p - lead);
  }
}

static void get(void *p, size_t size) {
  if (size > 0 && fread(p, 1, size, stdin) != size) {
    die("the input ends inside of a request");
  }
}

static void put(const void *p, size_t size) {
  if (size > 0 && fwrite(p, 1, size, stdout) != size) {
    die("the answer cannot be written");
  }
}

static void play_item(const struct launch *l) {
  const struct request *r = &l->r;
  l->kernel(l->data, l->offsets, l->valid, l->hashes, l->parts, l->counts, l->points, l->members, l->bins, r->n,
            r->base, r->width, r->valid_first, r->flags, r->reduce, r->partitions, r->bins_len, r->size_arg, r->each,
            r->shift, r->fold_shift, r->null_part, r->fold, r->add, r->magic, r->seed_lo, r->seed_hi, r->null_hash);
}

// What the work items of groups play, while they do. It changes only while the workers wait to begin.
static const struct launch *in_groups;

// play_in_groups is one work item of each group; the groups run one after another.
static void play_in_groups(size_t local_id) {
  const struct launch *l = in_groups;
  const size_t groups = l->r.groups; // behind the last barrier the launch may be gone
  for (size_t group = 0; group < groups; group++) {
    item = (struct item){group * GROUP + local_id, groups * GROUP, local_id};
    play_item(l);
    pthread_barrier_wait(&group_barrier);
    if (local_id == 0 && l->bins) { // the next group finds no zeros in its local memory
      memset(l->bins, 0xA5, 4 * (size_t)l->r.bins_len);
    }
    pthread_barrier_wait(&group_barrier);
  }
}

// work is a thread that is one work item of every group, but not the first.
static void *work(void *local_id) {
  for (;;) {
    pthread_barrier_wait(&group_barrier);
    play_in_groups((size_t)local_id);
  }
  return NULL;
}

static void start_workers(void) {
  if (pthread_barrier_init(&group_barrier, NULL, GROUP)) {
    die("no barrier");
  }
  for (size_t local_id = 1; local_id < GROUP; local_id++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, (void *)local_id)) {
      die("no thread");
    }
  }
}

static void play(const struct launch *l) {
  if (l->r.count) {
    in_groups = l;
    pthread_barrier_wait(&group_barrier); // the workers begin
    play_in_groups(0);
    return;
  }
  size_t size = (size_t)l->r.groups * GROUP;
  for (size_t i = 0; i < size; i++) {
    item = (struct item){i, size, i % GROUP};
    play_item(l);
  }
}

int main(void) {
  start_workers();
  for (struct launch l; fread(&l.r.size, sizeof l.r.size, 1, stdin) == 1;) {
    const struct request *r = &l.r;
    if (r->size != sizeof *r) {
      die("the requests are of another version");
    }
    get((char *)&l.r + sizeof r->size, sizeof *r - sizeof r->size);
    if (r->hash < 1 || r->hash > sizeof families / sizeof *families || r->width_class > 5 || r->load > 2 ||
        r->count > 1 || r->runs > 1 || (r->runs && r->hash != 1)) {
      die("no such specialisation");
    }
    l.kernel = (*(r->runs ? &family1_1 : families[r->hash - 1]))[r->width_class][r->load][r->count];
    get(l.data = make(r->data_size, r->lead), r->data_size);
    get(l.offsets = make(r->offsets_size, 0), r->offsets_size);
    get(l.valid = make(r->valid_size, 0), r->valid_size);
    get(l.points = make(r->points_size, 0), r->points_size);
    get(l.members = make(r->members_size, 0), r->members_size);
    l.hashes = make(r->hashes_size, 0);
    l.parts = make(r->parts_size, 0);
    l.counts = make(r->counts_size, 0);
    if (l.counts) {
      memset(l.counts, 0, r->counts_size);
    }
    l.bins = make(4 * (size_t)r->bins_len, 0);
    play(&l);
    put(l.hashes, r->hashes_size);
    put(l.parts, r->parts_size);
    put(l.counts, r->counts_size);
    if (fflush(stdout)) {
      die("the answer cannot be written");
    }
    drop(l.data, r->lead);
    drop(l.offsets, 0);
    drop(l.valid, 0);
    drop(l.hashes, 0);
    drop(l.parts, 0);
    drop(l.counts, 0);
    drop(l.points, 0);
    drop(l.members, 0);
    drop(l.bins, 0);
  }
  return 0;
}
