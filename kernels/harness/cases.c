// Reads what the kernel has to compute: cases.txt of package kernels/harness/cases, and
// hash/testdata/golden.tsv, which the Java classes of Kafka, Spark and others wrote.
#include "harness.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void die(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("harness: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  exit(EXIT_FAILED);
}

void *xalloc(size_t n, size_t size) {
  void *p = calloc(n ? n : 1, size);
  if (!p) {
    die("no memory");
  }
  return p;
}

// reader reads lines, and knows where it is.
typedef struct reader {
  FILE *file;
  const char *name;
  char *line;
  size_t room;
  int number;
} reader;

static reader reader_open(const char *name) {
  reader r = {fopen(name, "r"), name, NULL, 0, 0};
  if (!r.file) {
    die("%s cannot be read", name);
  }
  return r;
}

// next_line returns the next line without its end, NULL after the last.
static char *next_line(reader *r) {
  if (getline(&r->line, &r->room, r->file) < 0) {
    fclose(r->file);
    free(r->line);
    return NULL;
  }
  r->number++;
  r->line[strcspn(r->line, "\n")] = 0;
  return r->line;
}

static void wrong(const reader *r) { die("%s:%d: not understood: %.60s", r->name, r->number, r->line); }

static char *must_line(reader *r) {
  char *line = next_line(r);
  if (!line) {
    die("%s ends too early", r->name);
  }
  return line;
}

static void read_key(reader *r, key *k) {
  char *text = must_line(r);
  k->null = !strcmp(text, "null");
  size_t digits = k->null || !strcmp(text, "empty") ? 0 : strlen(text);
  k->length = (uint32_t)(digits / 2);
  k->bytes = xalloc(k->length, 1);
  for (size_t i = 0; i < k->length; i++) {
    if (sscanf(text + 2 * i, "%2" SCNx8, &k->bytes[i]) != 1) {
      wrong(r);
    }
  }
}

static void read_keys(reader *r, cases *c) {
  key_set *s = &c->sets[c->sets_n++];
  if (c->sets_n > (int)(sizeof c->sets / sizeof *c->sets) ||
      sscanf(r->line, "keys %63s %" SCNu32 " %" SCNu32, s->name, &s->width, &s->n) != 3) {
    wrong(r);
  }
  s->keys = xalloc(s->n, sizeof *s->keys);
  for (uint32_t i = 0; i < s->n; i++) {
    read_key(r, &s->keys[i]);
    if (s->keys[i].null) { // has bytes, too, that nothing may follow from
      s->keys[i].length = s->width ? s->width : 5;
      s->keys[i].bytes = memset(xalloc(s->keys[i].length, 1), 0x5A, s->keys[i].length);
    }
    if (s->width && s->keys[i].length != s->width) {
      wrong(r);
    }
  }
}

static void read_table(reader *r, cases *c) {
  table *t = &c->tables[c->tables_n++];
  if (c->tables_n > (int)(sizeof c->tables / sizeof *c->tables) ||
      sscanf(r->line, "table %63s %" SCNu32 " %" SCNu32 " %d", t->name, &t->points_n, &t->members_n, &t->weighted) != 4) {
    wrong(r);
  }
  t->points = xalloc(t->points_n, sizeof *t->points);
  t->members = xalloc(t->members_n, sizeof *t->members);
  for (uint32_t i = 0; i < t->points_n; i++) {
    t->points[i] = strtoull(must_line(r), NULL, 16);
  }
  for (uint32_t i = 0; i < t->members_n; i++) {
    t->members[i] = (uint32_t)strtoul(must_line(r), NULL, 10);
  }
}

static column *new_column(cases *c) {
  c->columns = realloc(c->columns, (size_t)(c->columns_n + 1) * sizeof *c->columns);
  if (!c->columns) {
    die("no memory");
  }
  column *col = &c->columns[c->columns_n++];
  memset(col, 0, sizeof *col);
  return col;
}

static uint32_t partition(const char *text) {
  return text[0] == '-' ? NO_PARTITION : (uint32_t)strtoul(text, NULL, 10);
}

static void read_column(reader *r, cases *c) {
  column *col = new_column(c);
  char keys[NAME_SIZE], table[NAME_SIZE], part[16];
  if (sscanf(r->line,
             "column %63s %d %63s %d %" SCNx64 " %" SCNx64 " %d %d %d %d %" SCNx64 " %" SCNu32 " %d %" SCNu32 " %" SCNu32
             " %63s %" SCNx64 " %15s",
             col->name, &col->hash, keys, &col->bits, &col->seed_lo, &col->seed_hi, &col->tags, &col->word8,
             &col->empty_unplaced, &col->fold, &col->add, &col->reduce, &col->drop, &col->partitions, &col->route, table,
             &col->null_hash, part) != 18) {
    wrong(r);
  }
  col->null_part = partition(part);
  for (int i = 0; i < c->sets_n; i++) {
    if (!strcmp(c->sets[i].name, keys)) {
      col->keys = &c->sets[i];
    }
  }
  for (int i = 0; i < c->tables_n; i++) {
    if (!strcmp(c->tables[i].name, table)) {
      col->table = &c->tables[i];
    }
  }
  if (!col->keys || (strcmp(table, "-") && !col->table)) {
    wrong(r);
  }
  col->hashes = xalloc(col->keys->n, sizeof *col->hashes);
  col->parts = xalloc(col->keys->n, sizeof *col->parts);
  for (uint32_t i = 0; i < col->keys->n; i++) {
    if (sscanf(must_line(r), "%" SCNx64 " %15s", &col->hashes[i], part) != 2) {
      wrong(r);
    }
    col->parts[i] = partition(part);
  }
}

void cases_read(cases *c, const char *file) {
  reader r = reader_open(file);
  for (char *line; (line = next_line(&r));) {
    hash_info *h = &c->hashes[c->hashes_n];
    if (!strncmp(line, "hash ", 5)) {
      if (++c->hashes_n > MAX_HASHES || sscanf(line, "hash %d %63s %d %" SCNx64 " %" SCNx64, &h->number,
                                               h->name, &h->bits, &h->seed_lo, &h->seed_hi) != 5) {
        wrong(&r);
      }
    } else if (!strncmp(line, "keys ", 5)) {
      read_keys(&r, c);
    } else if (!strncmp(line, "table ", 6)) {
      read_table(&r, c);
    } else if (!strncmp(line, "column ", 7)) {
      read_column(&r, c);
    } else if (line[0] != '#') {
      wrong(&r);
    }
  }
  if (!c->hashes_n || !c->sets_n || !c->columns_n) {
    die("%s has no cases", file);
  }
}

const hash_info *hash_by_number(const cases *c, int number) {
  for (int i = 0; i < c->hashes_n; i++) {
    if (c->hashes[i].number == number) {
      return &c->hashes[i];
    }
  }
  die("no hash has the number %d", number);
}

// ---- golden.tsv ----

#define GOLDEN_LINES (1025 + 300)
#define GOLDEN_COLUMNS 11
#define GOLDEN_STEP 0x9E3779B97F4A7C15u

// golden_key is Golden.java's key: splitmix64 from the state id.
static void golden_key(uint64_t id, uint8_t *key, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    uint64_t z = id + (i / 8 + 1) * GOLDEN_STEP;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    key[i] = (uint8_t)((z ^ z >> 31) >> i % 8 * 8);
  }
}

// golden_seed sets the seed of the key: of a column whose name ends with -seeded, and of siphash.
static void golden_seed(column *col, uint64_t id, const char *name, int bits) {
  if (!strncmp(name, "siphash", 7)) {
    uint8_t secret[16];
    golden_key(~id, secret, 16);
    memcpy(&col->seed_lo, secret, 8); // the host is little-endian, as OpenCL devices are
    memcpy(&col->seed_hi, secret + 8, 8);
    return;
  }
  uint64_t seed = ~id * GOLDEN_STEP;
  col->seed_lo = bits == 32 ? (uint32_t)seed : seed;
}

static const hash_info *hash_by_name(const cases *c, const char *name) {
  for (int i = 0; i < c->hashes_n; i++) {
    if (!strcmp(c->hashes[i].name, name)) {
      return &c->hashes[i];
    }
  }
  die("no hash is called %s", name);
}

static column *golden_column(cases *c, const hash_info *h, const key_set *keys) {
  column *col = new_column(c);
  snprintf(col->name, sizeof col->name, "golden");
  col->hash = h->number;
  col->bits = h->bits < 64 ? h->bits : 64;
  col->keys = keys;
  col->null_part = NO_PARTITION;
  col->seed_lo = h->seed_lo;
  col->seed_hi = h->seed_hi;
  col->hashes = xalloc(keys->n, sizeof *col->hashes);
  col->parts = xalloc(keys->n, sizeof *col->parts);
  memset(col->parts, 0xff, keys->n * sizeof *col->parts);
  return col;
}

void golden_read(cases *c, const char *file) {
  // The names of the columns, as keymill calls the functions; and which have a seed for each key.
  static const char *names[GOLDEN_COLUMNS] = {
      "murmur2",     "murmur2",           "murmur3-spark",     "murmur3-spark", "murmur3-hive",
      "murmur3-hive", "murmur3-cassandra", "murmur3-cassandra", "crc16",         "siphash-1-3",
      "siphash-2-4"};
  static const int seeded[GOLDEN_COLUMNS] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1};
  key_set *all = xalloc(1, sizeof *all);
  snprintf(all->name, sizeof all->name, "golden");
  all->keys = xalloc(GOLDEN_LINES, sizeof *all->keys);
  uint64_t *ids = xalloc(GOLDEN_LINES, sizeof *ids);
  uint64_t(*want)[GOLDEN_COLUMNS] = xalloc(GOLDEN_LINES, sizeof *want);
  reader r = reader_open(file);
  must_line(&r); // the header
  for (char *line; (line = next_line(&r)); all->n++) {
    if (all->n == GOLDEN_LINES) {
      die("%s has more than %d lines", file, GOLDEN_LINES);
    }
    key *k = &all->keys[all->n];
    ids[all->n] = strtoull(line, &line, 10);
    k->length = (uint32_t)strtoul(line, &line, 10);
    for (int i = 0; i < GOLDEN_COLUMNS; i++) {
      if (*line != '\t') {
        wrong(&r);
      }
      want[all->n][i] = strtoull(line, &line, 16);
    }
    k->bytes = xalloc(k->length, 1);
    golden_key(ids[all->n], k->bytes, k->length);
  }
  if (all->n != GOLDEN_LINES) {
    die("%s has %" PRIu32 " lines, not %d", file, all->n, GOLDEN_LINES);
  }
  for (int i = 0; i < GOLDEN_COLUMNS; i++) {
    const hash_info *h = hash_by_name(c, names[i]);
    column *col = seeded[i] ? NULL : golden_column(c, h, all);
    for (uint32_t k = 0; k < all->n; k++) {
      if (!seeded[i]) {
        col->hashes[k] = want[k][i];
        continue;
      }
      key_set *one = xalloc(1, sizeof *one);
      one->n = 1;
      one->keys = &all->keys[k];
      column *single = golden_column(c, h, one);
      golden_seed(single, ids[k], names[i], h->bits);
      single->hashes[0] = want[k][i];
    }
  }
  free(ids);
  free(want);
}
