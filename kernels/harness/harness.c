// harness [OPTIONS] FOLDER CASES [GOLDEN]
//
// Builds hash.cl of FOLDER in its specialisations, runs them on the cases, and compares.
//
//   --platform TEXT  the first OpenCL platform whose name has TEXT in it
//   --hash NUMBER    only that hash function
//   --single N       for a checker of memory, which is slow: of each specialisation N keys, each in a
//                    launch and in buffers of its own
//   --unoptimised 1  a checker sees every access that the source has, and none of the instructions that
//                    compilers make up, of which Oclgrind does not know all
//
// Exit status: 0 all is right, 1 not, 2 wrong options, 77 there is no device.
#include "harness.h"

#include <stdio.h>
#include <string.h>

typedef struct options {
  const char *platform, *folder, *cases, *golden;
  int hash;        // 0: all
  int unoptimised;
  uint32_t single; // 0: whole columns
} options;

typedef struct totals {
  int programs, columns, wrong;
} totals;

static options parse(int argc, char **argv) {
  options o = {.platform = ""};
  int i = 1;
  for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
    if (!strcmp(argv[i], "--platform")) {
      o.platform = argv[i + 1];
    } else if (!strcmp(argv[i], "--hash")) {
      o.hash = atoi(argv[i + 1]);
    } else if (!strcmp(argv[i], "--single")) {
      o.single = (uint32_t)atoi(argv[i + 1]);
    } else if (!strcmp(argv[i], "--unoptimised")) {
      o.unoptimised = atoi(argv[i + 1]);
    } else {
      break;
    }
  }
  if (argc - i < 2 || argc - i > 3 || argv[i][0] == '-') {
    fprintf(stderr, "usage: harness [--platform TEXT] [--hash NUMBER] [--single N] [--unoptimised 1] FOLDER CASES [GOLDEN]\n");
    exit(EXIT_USAGE);
  }
  o.folder = argv[i];
  o.cases = argv[i + 1];
  o.golden = argv[i + 2];
  return o;
}

// applies says whether the program computes the column.
static int applies(const program *p, const column *c) {
  if (c->hash != p->hash || (c->reduce == REDUCE_JUMP && !p->fp64)) {
    return 0;
  }
  return p->width == 0 || ((uint32_t)p->width == c->keys->width && !c->tags);
}

// run_singles runs some keys of the column, spread over it, and the last.
static int run_singles(device *d, const program *p, const column *c, uint32_t n) {
  int wrong = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = n > 1 ? (uint32_t)((uint64_t)i * (c->keys->n - 1) / (n - 1)) : c->keys->n - 1;
    wrong += run_column(d, p, c, k, 1);
  }
  return wrong;
}

static void run_program(device *d, const options *o, const cases *c, program p, totals *t) {
  char text[200];
  snprintf(text, sizeof text, "-cl-std=CL1.2%s -D HASH=%d -D WIDTH=%d -D LOAD=%d -D RUNS=%d -D COUNT=%d -D GROUP=%d -D FP64=%d",
           o->unoptimised ? " -cl-opt-disable" : "", p.hash, p.width, p.load, p.runs, p.count, (int)p.group, p.fp64);
  p.kernel = device_build(d, text);
  t->programs++;
  for (int i = 0; i < c->columns_n; i++) {
    const column *col = &c->columns[i];
    if (!applies(&p, col)) {
      continue;
    }
    t->columns++;
    if (!o->single) {
      t->wrong += run_column(d, &p, col, 0, col->keys->n);
    } else {
      t->wrong += run_singles(d, &p, col, o->single);
      break; // one column a program
    }
  }
  clReleaseKernel(p.kernel);
}

static int is_long(void) {
  const char *value = getenv("KEYMILL_LONG");
  return value && !strcmp(value, "1");
}

// run_width runs the specialisations for keys of that width. Under a checker of memory: every way to read a
// key. Else, since each costs a device's compiler its time: of ragged keys every way to read them, of others
// that of GPUs; the loop that CPUs vectorise, with theirs; and counts, with one of them each. All that only with
// KEYMILL_LONG=1 in the environment: else one of these by turn, and ragged keys as GPUs read them.
static void run_width(device *d, const options *o, const cases *c, int hash, int width, totals *t) {
  enum { GROUP = 64, RUNS_GROUP = 1 }; // so that a run is longer than the block of keys that it is cut into
  program p = {.hash = hash, .width = width, .fp64 = d->fp64, .group = o->single ? 1 : GROUP};
  int turn = hash + width / 4, all = o->single || is_long();
  for (p.load = 0; p.load < NUM_LOADS; p.load++) {
    int gpu = p.load == LOAD_WORDS && (all || width == 0 || turn % 3 == 0);
    if (o->single || gpu || (all && width == 0)) {
      run_program(d, o, c, p, t);
    }
  }
  if (o->single) {
    return;
  }
  if (all || turn % 3 == 1) {
    run_program(d, o, c, (program){.hash = hash, .width = width, .load = LOAD_PACKED, .runs = 1,
                                   .group = RUNS_GROUP}, t);
  }
  if (!all && turn % 3 != 2) {
    return;
  }
  p.load = turn % NUM_LOADS;
  p.runs = turn / NUM_LOADS % 2;
  p.group = p.runs ? RUNS_GROUP : GROUP;
  p.count = 1;
  run_program(d, o, c, p, t);
}

int main(int argc, char **argv) {
  static const int widths[] = {0, 4, 8, 16, 24, 32};
  static cases c;
  device d;
  totals t = {0};
  options o = parse(argc, argv);
  cases_read(&c, o.cases);
  if (o.golden) {
    golden_read(&c, o.golden);
  }
  device_open(&d, o.platform, o.folder);
  for (int i = 0; i < c.hashes_n; i++) {
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
      if (!o.hash || c.hashes[i].number == o.hash) {
        run_width(&d, &o, &c, c.hashes[i].number, widths[w], &t);
      }
    }
  }
  device_close(&d);
  printf("%d programs, %d columns, %d wrong\n", t.programs, t.columns, t.wrong);
  return t.wrong || !t.columns ? EXIT_FAILED : EXIT_PASSED;
}
