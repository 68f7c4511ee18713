/*
 * keymill.h: keymill from C. Hashes keys in bulk, and says where each key lives
 * under the placement of Kafka, Redis Cluster and others, bit for bit.
 *
 *   km_engine *engine;
 *   km_error error;
 *   if (km_open("auto", 0, &engine, &error) != KM_OK)
 *     return fail(error.text);
 *   km_keys keys = {.data = "user:1001order:7", .data_size = 16,
 *                   .offsets = (uint32_t[]){0, 9, 16}, .n = 2};
 *   km_scheme kafka = {.name = "kafka", .partitions = 12};
 *   uint32_t parts[2];
 *   km_place(engine, &keys, &kafka, &(km_placement){.parts = parts}, &error);
 *   // parts is {5, 3}
 *   km_close(engine);
 *
 * Memory. The caller owns all that it passes in. It is used in place, without a
 * copy, and only until the call returns: then it may be changed or freed. Only
 * the outputs are written to. What the library returns is its own, and is said
 * where it is returned. Sizes are in bytes, all other numbers in elements. An
 * array has the alignment of its elements.
 *
 * Errors. Every call that can fail returns a status, and puts a text into the
 * km_error that the caller passes (NULL if no text is wanted). Wrong input is
 * a status, never a crash, as long as the pointers are good for the sizes that
 * stand beside them. After an error the outputs have no meaning.
 *
 * Threads. Any number of threads may make any calls at once, also on one engine;
 * but for km_close, which is the last call of its engine. Outputs must not
 * overlap with each other or with the input.
 *
 * Processes. The library holds a Go runtime. It starts threads of its own, is
 * never unloaded, and does not work in the child of a fork before an exec. It
 * handles SIGSEGV, SIGBUS, SIGFPE, SIGPIPE and SIGURG, and hands those that are not
 * its own to the handler that was there before; a program that installs another
 * one later gives it SA_ONSTACK.
 */
#ifndef KEYMILL_H
#define KEYMILL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a call ended. */
typedef enum km_status {
  KM_OK = 0,
  KM_INVALID = 1,     /* the input is wrong: the text says what */
  KM_UNAVAILABLE = 2, /* no backend of that name works here */
  KM_UNSUPPORTED = 3, /* the backend that was chosen does not run that work */
  KM_FAILED = 4       /* the library failed: a bug of ours */
} km_status;

/* KM_ERROR_SIZE is the size of an error's text in bytes, with the 0 at its end.
 * A longer text is cut. */
#define KM_ERROR_SIZE 512

/* km_error takes the text of an error: one line of UTF-8, "" after KM_OK. */
typedef struct km_error {
  char text[KM_ERROR_SIZE];
} km_error;

/* KM_NO_PARTITION is the partition of a key that the scheme does not place, such
 * as Kafka's absent key. */
#define KM_NO_PARTITION UINT32_MAX

/* km_keys is a column of n keys, in the layout of Arrow's binary and fixed-size
 * binary arrays. Fields that are not named here are 0 or NULL. At most 2^32 - 1
 * keys. There are two ways to give them:
 *
 *   any lengths    data, data_size, offsets, n: key i is data[offsets[i]] up to
 *                  data[offsets[i + 1]], so there are n + 1 offsets. The first
 *                  need not be 0.
 *   one length     data, data_size, width, n: key i is the width bytes at
 *                  data[i * width]. data_size is n * width or more. */
typedef struct km_keys {
  const void *data;        /* the bytes of the keys; NULL if data_size is 0 */
  size_t data_size;        /* bytes at data */
  const uint32_t *offsets; /* n + 1, NULL for keys of one length or n = 0 */
  size_t width;            /* bytes of each key, 0 for keys of any lengths */
  const uint64_t *valid;   /* NULL: every key is there; else bit valid_first + i
                            * is 0 if key i is absent, which is not the empty
                            * key. Bit k is bit k % 64 of valid[k / 64]; the
                            * array ends with the word of the last bit */
  size_t valid_first;      /* the number of the bit of key 0 */
  size_t n;                /* number of keys */
} km_keys;

/* km_scheme says how a partition follows from a key. Texts end with a 0; NULL
 * and "" stand for what the scheme itself says. */
typedef struct km_scheme {
  const char *name;    /* one of km_schemes(), never NULL */
  uint32_t partitions; /* 1 to 2^31; 0 where the system fixes the number: redis */
  const char *hash;    /* another hash function: one of km_hashes() */
  const char *seed;    /* another seed: a number ("42", "0x2a"), or for siphash a
                        * key of 32 hex digits */
} km_scheme;

/* km_placement says what is wanted: what is NULL is not computed, what is not is
 * overwritten whole. At least one is wanted. */
typedef struct km_placement {
  uint64_t *hashes;  /* n: the hash of each key, extended by zeros; of
                      * murmur3-x64-128 its first word; 0 for an absent key,
                      * unless the scheme takes it as the empty key */
  uint32_t *parts;   /* n: the partition of each key, or KM_NO_PARTITION */
  uint64_t *counts;  /* counts_n: the number of keys of each partition; their sum
                      * is n less the keys without one */
  size_t counts_n;   /* the scheme's number of partitions; 0 if counts is NULL */
} km_placement;

/* km_moves is what moves if one scheme takes the place of another. The call
 * writes the four numbers, and those arrays that are not NULL. */
typedef struct km_moves {
  uint64_t keys;     /* of the batch: moved + stayed + unplaced */
  uint64_t moved;    /* keys that have another partition afterwards */
  uint64_t stayed;   /* keys that have the same one */
  uint64_t unplaced; /* keys that one of the schemes, or both, do not place: they
                      * are in none of the other numbers */

  uint64_t *leaving;  /* leaving_n: of each partition of `from`, the moved keys */
  size_t leaving_n;   /* partitions of `from`; 0 if leaving is NULL */
  uint64_t *arriving; /* arriving_n: of each partition of `to`, the moved keys */
  size_t arriving_n;  /* partitions of `to`; 0 if arriving is NULL */
  uint64_t *matrix;   /* matrix_n: the number of keys in partition f of `from` and
                       * t of `to` is matrix[f * (partitions of to) + t] */
  size_t matrix_n;    /* the product of both; 0 if matrix is NULL */
} km_moves;

/* km_engine computes. It gives each batch to the backend that should finish it
 * first; the result is the same on every backend. */
typedef struct km_engine km_engine;

/* km_open makes an engine.
 *   backend  "auto" or NULL: all backends that work here; or one by its name or
 *            the beginning of that: "cpu", "simd", "simd/avx2", "opencl:0"
 *   workers  threads that may work on one batch: 1 to 1024, 0 for one a core. A
 *            program whose own threads each place batches wants 1
 *   engine   where the engine goes; NULL after an error. km_close frees it
 * The first call of a process tests each backend: some milliseconds, with a
 * device more.
 * KM_UNAVAILABLE: there is no such backend, or it does not work here. */
km_status km_open(const char *backend, uint32_t workers, km_engine **engine,
                  km_error *error);

/* km_close frees an engine that no thread uses any more. NULL is let pass. */
void km_close(km_engine *engine);

/* km_hash computes the hash of each key: hashes has keys->n elements. hash is one
 * of km_hashes(), seed as in km_scheme, NULL for the function's own. The hash of
 * an absent key is 0. */
km_status km_hash(km_engine *engine, const km_keys *keys, const char *hash,
                  const char *seed, uint64_t *hashes, km_error *error);

/* km_place computes what `out` wants: hashes, partitions, counts. */
km_status km_place(km_engine *engine, const km_keys *keys,
                   const km_scheme *scheme, const km_placement *out,
                   km_error *error);

/* km_plan counts which keys move when `to` takes the place of `from`, by placing
 * them under both. */
km_status km_plan(km_engine *engine, const km_keys *keys, const km_scheme *from,
                  const km_scheme *to, km_moves *moves, km_error *error);

/* km_partitions checks a scheme, and says how many partitions it has: its own
 * number where the system fixes it. */
km_status km_partitions(const km_scheme *scheme, uint32_t *partitions,
                        km_error *error);

/* The four that follow return texts that the library keeps for ever; they are not
 * to be freed or written to. Names stand a line each, without a newline at the
 * end. */

/* km_version returns the version of the library: "0.1.0 (go1.26.0, linux/amd64)". */
const char *km_version(void);

/* km_hashes returns the names of the hash functions. */
const char *km_hashes(void);

/* km_schemes returns the names of the placement schemes. */
const char *km_schemes(void);

/* km_backends returns the names of the backends that work here. */
const char *km_backends(void);

#ifdef __cplusplus
}
#endif

#endif
