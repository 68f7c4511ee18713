/*
 * Tries the library from C: what is right against published values, what is wrong
 * against its status and text, and many threads on one engine.
 */
#include <keymill.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);   \
      __atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);                       \
    }                                                                           \
  } while (0)

/* FAILS says that a call ends with that status, and that its error has that text
 * in it. `error` is the one that the call takes. */
#define FAILS(call, status, part)                                               \
  do {                                                                          \
    memset(&error, 'x', sizeof error);                                          \
    CHECK((call) == (status));                                                  \
    error.text[KM_ERROR_SIZE - 1] = 0;                                          \
    if (!strstr(error.text, part))                                              \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, error.text);           \
    CHECK(strstr(error.text, part));                                            \
  } while (0)

static const km_scheme kafka = {.name = "kafka", .partitions = 12};

static uint64_t hash_of(km_engine *engine, const char *hash, const char *seed, const void *key, size_t size) {
  km_error error;
  uint64_t h = 0;
  km_keys keys = {.data = key, .data_size = size, .offsets = (uint32_t[]){0, (uint32_t)size}, .n = 1};
  if (km_hash(engine, &keys, hash, seed, &h, &error) != KM_OK) {
    fprintf(stderr, "%s: %s\n", hash, error.text);
    CHECK(!"the hash can be computed");
  }
  return h;
}

/* The values that the functions' authors and catalogues publish. */
static void test_hashes(km_engine *engine) {
  static const unsigned char counting[15] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
  CHECK(hash_of(engine, "crc32", NULL, "123456789", 9) == 0xcbf43926);
  CHECK(hash_of(engine, "crc32c", "", "123456789", 9) == 0xe3069283);
  CHECK(hash_of(engine, "crc16", NULL, "123456789", 9) == 0x31c3);
  CHECK(hash_of(engine, "fnv1a-32", NULL, "a", 1) == 0xe40c292c);
  CHECK(hash_of(engine, "fnv1a-64", NULL, "a", 1) == 0xaf63dc4c8601ec8c);
  CHECK(hash_of(engine, "xxh3", NULL, NULL, 0) == 0x2d06800538d394c2);
  CHECK(hash_of(engine, "xxh64", "0", NULL, 0) == 0xef46db3751d8e999);
  CHECK(hash_of(engine, "siphash-2-4", "000102030405060708090a0b0c0d0e0f", counting, 15) == 0xa129ca6149be45e5);
}

static void test_place(km_engine *engine) {
  km_error error;
  uint32_t offsets[] = {0, 9, 16, 16, 25}, parts[4];
  uint64_t hashes[4], counts[12], valid = 0x1b << 3; /* key 2 is absent */
  km_keys keys = {.data = "user:1001order:7user:1002", .data_size = 25, .offsets = offsets, .n = 4,
                  .valid = &valid, .valid_first = 3};
  km_placement all = {.hashes = hashes, .parts = parts, .counts = counts, .counts_n = 12};
  memset(&error, 'x', sizeof error);
  CHECK(km_place(engine, &keys, &kafka, &all, &error) == KM_OK);
  CHECK(error.text[0] == 0);
  CHECK(parts[0] == 5 && parts[1] == 3 && parts[2] == KM_NO_PARTITION && parts[3] == 5);
  CHECK(hashes[0] == hash_of(engine, "murmur2", NULL, "user:1001", 9) && hashes[2] == 0);
  for (uint64_t i = 0; i < 12; i++)
    CHECK(counts[i] == (i == 5 ? 2 : i == 3));

  /* Slots of Redis Cluster, as its specification has them; of keys of one length. */
  km_keys fixed = {.data = "123456789{123456789}x", .data_size = 9, .width = 9, .n = 1};
  km_scheme redis = {.name = "redis"};
  CHECK(km_place(engine, &fixed, &redis, &(km_placement){.parts = parts}, NULL) == KM_OK);
  CHECK(parts[0] == 12739);
  fixed = (km_keys){.data = "{123456789}x", .data_size = 12, .width = 12, .n = 1};
  CHECK(km_place(engine, &fixed, &redis, &(km_placement){.parts = parts}, NULL) == KM_OK);
  CHECK(parts[0] == 12739);

  CHECK(km_place(engine, &(km_keys){0}, &kafka, &(km_placement){.counts = counts, .counts_n = 12}, NULL) == KM_OK);
  CHECK(counts[5] == 0);
  CHECK(km_hash(engine, &(km_keys){0}, "xxh3", NULL, NULL, NULL) == KM_OK);
}

static void test_plan(km_engine *engine) {
  km_error error;
  km_scheme to = {.name = "kafka", .partitions = 16};
  uint32_t old[1000], new[1000], keys_of[1000];
  uint64_t matrix[12 * 16], want[12 * 16] = {0}, moved = 0, leaving[12], arriving[16], sum = 0;
  for (uint32_t i = 0; i < 1000; i++)
    keys_of[i] = i * 2654435761u;
  km_keys keys = {.data = keys_of, .data_size = sizeof keys_of, .width = 4, .n = 1000};
  CHECK(km_place(engine, &keys, &kafka, &(km_placement){.parts = old}, NULL) == KM_OK);
  CHECK(km_place(engine, &keys, &to, &(km_placement){.parts = new}, NULL) == KM_OK);
  for (int i = 0; i < 1000; i++) {
    want[old[i] * 16 + new[i]]++;
    moved += old[i] != new[i];
  }
  km_moves moves = {.leaving = leaving, .leaving_n = 12, .arriving = arriving, .arriving_n = 16,
                    .matrix = matrix, .matrix_n = 12 * 16};
  CHECK(km_plan(engine, &keys, &kafka, &to, &moves, &error) == KM_OK);
  CHECK(!memcmp(matrix, want, sizeof want));
  CHECK(moves.keys == 1000 && moves.moved == moved && moves.stayed == 1000 - moved && moves.unplaced == 0);
  for (int i = 0; i < 12; i++)
    sum += leaving[i];
  CHECK(sum == moved);
  for (int i = 0; i < 16; i++)
    sum -= arriving[i];
  CHECK(sum == 0);

  moves.matrix_n--;
  FAILS(km_plan(engine, &keys, &kafka, &to, &moves, &error), KM_INVALID, "matrix has 191 elements, the call needs 192");
  FAILS(km_plan(engine, &keys, &kafka, &to, NULL, &error), KM_INVALID, "moves is NULL");
  FAILS(km_plan(engine, &keys, &kafka, NULL, &moves, &error), KM_INVALID, "to is NULL");
  to.partitions = 0;
  FAILS(km_plan(engine, &keys, &kafka, &to, &moves, &error), KM_INVALID, "to: scheme kafka: 0 partitions");
}

static void test_open(void) {
  km_error error;
  km_engine *engine = (km_engine *)&error;
  char long_name[2 * KM_ERROR_SIZE];
  memset(long_name, 'g', sizeof long_name);
  long_name[sizeof long_name - 1] = 0;
  FAILS(km_open("gpu", 1, &engine, &error), KM_UNAVAILABLE, "backend \"gpu\"");
  CHECK(engine == NULL);
  FAILS(km_open(long_name, 1, &engine, &error), KM_UNAVAILABLE, "gggg");
  CHECK(strlen(error.text) == KM_ERROR_SIZE - 1);
  FAILS(km_open("cpu", 1025, &engine, &error), KM_INVALID, "1025 workers");
  FAILS(km_open("cpu", 1, NULL, &error), KM_INVALID, "engine is NULL");
  CHECK(km_open("gpu", 1, &engine, NULL) == KM_UNAVAILABLE);
  CHECK(km_open("cpu", 1, &engine, &error) == KM_OK && engine && error.text[0] == 0);
  km_close(engine);
  CHECK(km_open(NULL, 0, &engine, NULL) == KM_OK && engine);
  km_close(engine);
  km_close(NULL);
}

static void test_wrong(km_engine *engine) {
  km_error error;
  uint64_t out[16];
  uint32_t parts[2], offsets[] = {0, 2, 1}, beyond[] = {0, 1, 5};
  km_keys keys = {.data = "ab", .data_size = 2, .width = 1, .n = 2}, k;
  km_placement want = {.parts = parts};
  km_scheme s;
  FAILS(km_place(NULL, &keys, &kafka, &want, &error), KM_INVALID, "engine is NULL");
  FAILS(km_place(engine, NULL, &kafka, &want, &error), KM_INVALID, "keys is NULL");
  FAILS(km_place(engine, &keys, NULL, &want, &error), KM_INVALID, "scheme is NULL");
  FAILS(km_place(engine, &keys, &kafka, NULL, &error), KM_INVALID, "out is NULL");
  FAILS(km_place(engine, &keys, &kafka, &(km_placement){0}, &error), KM_INVALID, "nothing is wanted");
  FAILS(km_place(engine, &keys, &kafka, &(km_placement){.counts = out, .counts_n = 11}, &error), KM_INVALID,
        "counts has 11 elements, the call needs 12");
  s = (km_scheme){.partitions = 12};
  FAILS(km_place(engine, &keys, &s, &want, &error), KM_INVALID, "name is NULL");
  s.name = "kafak";
  FAILS(km_place(engine, &keys, &s, &want, &error), KM_INVALID, "did you mean \"kafka\"");
  s = (km_scheme){.name = "mod", .partitions = 12, .hash = "sha1"};
  FAILS(km_place(engine, &keys, &s, &want, &error), KM_INVALID, "\"sha1\"");
  s = (km_scheme){.name = "mod", .partitions = 12, .seed = "twelve"};
  FAILS(km_place(engine, &keys, &s, &want, &error), KM_INVALID, "\"twelve\"");
  FAILS(km_hash(engine, &keys, NULL, NULL, out, &error), KM_INVALID, "hash is NULL");
  FAILS(km_hash(engine, &keys, "xxh3", NULL, NULL, &error), KM_INVALID, "hashes is NULL");
  FAILS(km_hash(engine, &keys, "crc32", "1", out, &error), KM_INVALID, "takes no seed");
  k = (km_keys){.data = "ab", .data_size = 2, .n = 2};
  FAILS(km_hash(engine, &k, "xxh3", NULL, out, &error), KM_INVALID, "neither offsets nor a width");
  k.offsets = offsets;
  FAILS(km_hash(engine, &k, "xxh3", NULL, out, &error), KM_INVALID, "key 1: its offsets go backwards");
  k.offsets = beyond;
  FAILS(km_hash(engine, &k, "xxh3", NULL, out, &error), KM_INVALID, "ends at byte 5 of 2");
  k = (km_keys){.data_size = 2, .width = 1, .n = 2};
  FAILS(km_hash(engine, &k, "xxh3", NULL, out, &error), KM_INVALID, "data is NULL");
  k = (km_keys){.data = "ab", .data_size = 2, .width = 1, .n = SIZE_MAX};
  FAILS(km_hash(engine, &k, "xxh3", NULL, out, &error), KM_INVALID, "a batch has at most");
  FAILS(km_partitions(&kafka, NULL, &error), KM_INVALID, "partitions is NULL");
  FAILS(km_partitions(&(km_scheme){.name = "mask", .partitions = 12}, parts, &error), KM_INVALID, "power of two");
  CHECK(km_partitions(&(km_scheme){.name = "redis"}, parts, &error) == KM_OK && parts[0] == 16384);
}

/* has_line says whether a text has that line. */
static int has_line(const char *text, const char *line) {
  size_t n = strlen(line);
  for (; text; text = strchr(text, '\n'), text += text != NULL)
    if (!strncmp(text, line, n) && (text[n] == '\n' || text[n] == 0))
      return 1;
  return 0;
}

static void test_texts(void) {
  CHECK(strstr(km_version(), "go1."));
  CHECK(has_line(km_hashes(), "xxh3") && has_line(km_hashes(), "siphash-2-4") && !has_line(km_hashes(), "default"));
  CHECK(has_line(km_schemes(), "kafka") && has_line(km_schemes(), "fastrange"));
  CHECK(has_line(km_backends(), "cpu"));
  CHECK(km_hashes() == km_hashes());
}

/* busy places its own keys again and again, with others on the same engine. */
static void *busy(void *engine) {
  static _Atomic uint32_t threads;
  uint32_t id = threads++, keys_of[500], first[500], again[500];
  for (uint32_t i = 0; i < 500; i++)
    keys_of[i] = (i + 1000 * id) * 2654435761u;
  km_keys keys = {.data = keys_of, .data_size = sizeof keys_of, .width = 4, .n = 500};
  CHECK(km_place(engine, &keys, &kafka, &(km_placement){.parts = first}, NULL) == KM_OK);
  for (int round = 0; round < 200; round++) {
    km_error error;
    km_scheme nameless = {.name = "nameless"};
    memset(again, 0xff, sizeof again);
    CHECK(km_place(engine, &keys, &kafka, &(km_placement){.parts = again}, &error) == KM_OK);
    CHECK(!memcmp(first, again, sizeof first));
    FAILS(km_place(engine, &keys, &nameless, &(km_placement){.parts = again}, &error), KM_INVALID, "nameless");
  }
  return NULL;
}

static void test_threads(km_engine *engine) {
  pthread_t threads[8];
  for (int i = 0; i < 8; i++)
    CHECK(!pthread_create(&threads[i], NULL, busy, engine));
  for (int i = 0; i < 8; i++)
    CHECK(!pthread_join(threads[i], NULL));
}

/* test_backend runs all on one backend, and returns 77 if that is not here and need not be. */
static int test_backend(const char *backend, uint32_t workers) {
  km_error error;
  km_engine *engine;
  km_status status = km_open(backend, workers, &engine, &error);
  const char *required = getenv("REQUIRE_BACKENDS");
  if (status == KM_UNAVAILABLE && !(required && strstr(required, backend))) {
    printf("skipped: %s\n", error.text);
    return 77;
  }
  if (status != KM_OK) {
    fprintf(stderr, "km_open: %s\n", error.text);
    return 1;
  }
  test_hashes(engine);
  test_place(engine);
  test_plan(engine);
  test_wrong(engine);
  test_threads(engine);
  km_close(engine);
  return 0;
}

/* api [BACKEND]: on that backend, or on those that are everywhere. */
int main(int argc, char **argv) {
  static const char *everywhere[] = {"", "auto", "cpu"};
  int status = 0;
  test_texts();
  test_open();
  if (argc > 1)
    status = test_backend(argv[1], 0);
  for (int i = 0; i < 3 && argc == 1 && !status; i++)
    status = test_backend(everywhere[i], (uint32_t)i);
  printf("%d failures\n", failures);
  return failures ? 1 : status;
}
