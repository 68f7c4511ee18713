// Hashes keys and places them: the functions of package hash and the reductions of package place, in
// OpenCL C 1.2 without extensions. A program is one specialisation, by -D:
//
//   HASH   the function, by its number in package hash
//   WIDTH  0: keys of any length, or of `width` bytes; 4, 8, 16, 24, 32: keys of that many bytes,
//          end to end
//   LOAD   how bytes are read, see words.h
//   RUNS   0: neighbouring keys go to neighbouring work items, for a GPU; without COUNT each work item
//          takes one key, or none, with it a key every global size
//          1: each work item takes a run of neighbouring keys, for a CPU, whose compiler vectorises that
//          loop where WIDTH > 0; there may be any number of work items
//   COUNT  1: the keys of each partition are counted
//   GROUP  the size of a work group
//   FP64   1: the device has doubles, which the reduction `jump` needs
//
// The host has checked the batch: nothing here looks whether an offset is inside of the data.

#define HASH_XXH3 1
#define HASH_XXH64 2
#define HASH_FX64 3
#define HASH_MURMUR2 4
#define HASH_MURMUR3X32 5
#define HASH_MURMUR3X128 6
#define HASH_MURMUR3CASSANDRA 7
#define HASH_MURMUR3SPARK 8
#define HASH_MURMUR3HIVE 9
#define HASH_CRC32 10
#define HASH_CRC32C 11
#define HASH_CRC16 12
#define HASH_FNV1A32 13
#define HASH_FNV1A64 14
#define HASH_SIPHASH13 15
#define HASH_SIPHASH24 16
#define HASH_CASSANDRATOKEN 17
#define HASH_LOOKUP3 18
#define HASH_MD5 19
#define HASH_DES 20
#define HASH_CITYHASH102 21
#define HASH_JAVA31 22
#define HASH_JAVA31UNSIGNED 23
#define HASH_JAVA31UTF16 24
#define HASH_ONEATATIME 25
#define HASH_XXH32 26
#define HASH_CEPHRJENKINS 27

#define LOAD_PACKED 0
#define LOAD_WORDS 1
#define LOAD_BYTES 2

#define FLAG_HASHES 1
#define FLAG_PARTS 2
#define FLAG_VALID 4
#define FLAG_WORD8 8
#define FLAG_TAGS 16
#define FLAG_EMPTY_UNPLACED 32
#define FLAG_SWAP 64
#define FLAG_NO_MIN 128
#define FLAG_WEIGHTED 256

#if RUNS
#define BLOCK 64
#else
#define BLOCK 1
#endif

#if FP64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif
#pragma OPENCL FP_CONTRACT OFF

#include "words.h"

#if HASH == HASH_XXH3
#include "xxh64.h"
#include "xxh3.h"
#define HASH_KEY(key, n) xxh3(key, n, seed_lo)
#elif HASH == HASH_XXH64
#include "xxh64.h"
#define HASH_KEY(key, n) xxh64(key, n, seed_lo)
#elif HASH == HASH_FX64
#include "fx.h"
#define HASH_KEY(key, n) fx64(key, n)
#elif HASH == HASH_MURMUR2
#include "murmur2.h"
#define HASH_KEY(key, n) murmur2(key, n, (uint)seed_lo)
#elif HASH == HASH_MURMUR3X128 || HASH == HASH_MURMUR3CASSANDRA
#include "murmur3.h"
#define HASH_KEY(key, n) murmur3x128(key, n, seed_lo)
#elif HASH == HASH_MURMUR3X32 || HASH == HASH_MURMUR3SPARK || HASH == HASH_MURMUR3HIVE
#include "murmur3.h"
#define HASH_KEY(key, n) murmur3x32(key, n, (uint)seed_lo)
#elif HASH == HASH_CRC32
#include "crc32_table.h"
#include "crc.h"
#define HASH_KEY(key, n) crc32(key, n)
#elif HASH == HASH_CRC32C
#include "crc32c_table.h"
#include "crc.h"
#define HASH_KEY(key, n) crc32(key, n)
#elif HASH == HASH_CRC16
#include "crc.h"
#define HASH_KEY(key, n) crc16(key, n)
#elif HASH == HASH_FNV1A32 || HASH == HASH_FNV1A64
#include "fnv.h"
#define HASH_KEY(key, n) fnv1a(key, n)
#elif HASH == HASH_SIPHASH13 || HASH == HASH_SIPHASH24
#include "sip.h"
#define HASH_KEY(key, n) siphash(key, n, seed_lo, seed_hi)
#elif HASH == HASH_CASSANDRATOKEN
#include "murmur3.h"
#define HASH_KEY(key, n) cassandra_token(key, n)
#elif HASH == HASH_LOOKUP3
#include "lookup3.h"
#define HASH_KEY(key, n) lookup3(key, n, seed_lo)
#elif HASH == HASH_MD5
#include "md5_table.h"
#include "md5.h"
#define HASH_KEY(key, n) md5(key, n)
#elif HASH == HASH_DES
#include "des_table.h"
#include "des.h"
#define HASH_KEY(key, n) des_mac(key, n)
#elif HASH == HASH_CITYHASH102
#include "city.h"
#define HASH_KEY(key, n) city(key, n)
#elif HASH == HASH_JAVA31 || HASH == HASH_JAVA31UNSIGNED || HASH == HASH_JAVA31UTF16
#include "java31.h"
#define HASH_KEY(key, n) java31(key, n)
#elif HASH == HASH_ONEATATIME
#include "oneatatime.h"
#define HASH_KEY(key, n) one_at_a_time(key, n)
#elif HASH == HASH_XXH32
#include "xxh32.h"
#define HASH_KEY(key, n) xxh32(key, n, (uint)seed_lo)
#elif HASH == HASH_CEPHRJENKINS
#include "rjenkins.h"
#define HASH_KEY(key, n) rjenkins(key, n)
#else
#error HASH is none of the functions
#endif

#include "reduce.h"
#if WIDTH == 0
#include "tags.h"
#endif

// place computes for n keys what flags and COUNT ask for. A null key has null_hash and null_part.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void place(
    __global const uchar *restrict data,    // the bytes; key i starts at offsets[i] - base, or at i * width
    __global const uint *restrict offsets,  // n + 1; not read if width > 0
    __global const ulong *restrict valid,   // with FLAG_VALID: bit valid_first + i is 1 if key i is present
    __global ulong *restrict hashes,        // written with FLAG_HASHES
    __global uint *restrict parts,          // written with FLAG_PARTS
    __global uint *restrict counts,         // with COUNT: the keys of each partition are added to its word
    __global const ulong *restrict points,  // of a ring, or of the members of a rendezvous
    __global const uint *restrict members,  // owners of a table's entries or a ring's points, or weights
    __local uint *restrict bins,            // with COUNT: bins_len words
    uint n, uint base, uint width,          // width 0: ragged keys
    uint valid_first, uint flags,           // flags and reduce are the same for all work items
    uint reduce,                            // see reduce.h
    uint partitions, uint bins_len,         // bins_len: partitions, or 0 to count in global memory
    uint size, uint each,                   // these, shift, fold_shift, fold, add and magic: see reduce.h
    uint shift, uint fold_shift, uint null_part,
    ulong fold, ulong add, ulong magic, ulong seed_lo, ulong seed_hi, ulong null_hash) {
#if COUNT
  for (uint bin = get_local_id(0); bin < bins_len; bin += GROUP) {
    bins[bin] = 0;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
#endif

  // i is the first of m keys, m at most BLOCK. Their hashes and partitions are private until they are
  // whole, and each stage is a loop of its own: so no loop has a branch, or a store, that is not for all
  // keys, and a CPU's compiler vectorises it. (It would vectorise a store under a flag too, by masking
  // it: and a masked store to memory that was never touched takes longer than the hash.) For a GPU,
  // m is 1.
#if RUNS
  size_t run = (n + get_global_size(0) - 1) / get_global_size(0), first = get_global_id(0) * run;
  size_t end = first + run < n ? first + run : n;
  for (size_t i = first; i < end; i += BLOCK) {
    uint m = end - i < BLOCK ? (uint)(end - i) : BLOCK;
#else
#if COUNT
  for (size_t i = get_global_id(0); i < n; i += get_global_size(0)) {
#else
  size_t i = get_global_id(0);
  if (i < n) {
#endif
    const uint m = 1;
#endif
    ulong h[BLOCK], folded[BLOCK];
    uint part[BLOCK];

#if WIDTH == 0
    for (uint k = 0; k < m; k++) {
      bytes key = data + (width > 0 ? (i + k) * width : offsets[i + k] - base);
      uint length = width > 0 ? width : offsets[i + k + 1] - offsets[i + k];
      if (flags & FLAG_TAGS) {
        tag_cut(&key, &length);
      }
      h[k] = length == 8 && (flags & FLAG_WORD8) ? word8(key) : HASH_KEY(key, length);
    }
#else
    for (uint k = 0; k < m; k++) {
      bytes key = data + (i + k) * WIDTH;
      h[k] = HASH_KEY(key, WIDTH);
    }
#if WIDTH == 8
    if (flags & FLAG_WORD8) {
      for (uint k = 0; k < m; k++) {
        h[k] = word8(data + (i + k) * WIDTH);
      }
    }
#endif
#endif

    fold_block(h, folded, m, flags, fold_shift, fold, add);
    reduce_block(folded, part, m, reduce, partitions, size, each, shift, magic, points, members, flags);
#if WIDTH == 0
    if ((flags & FLAG_EMPTY_UNPLACED) && width == 0) {
      for (uint k = 0; k < m; k++) {
        part[k] = offsets[i + k] == offsets[i + k + 1] ? NO_PARTITION : part[k];
      }
    }
#endif
    if (flags & FLAG_VALID) { // a null key was hashed for nothing
      for (uint k = 0; k < m; k++) {
        size_t bit = valid_first + i + k;
        bool null = !(valid[bit / 64] >> bit % 64 & 1);
        h[k] = null ? null_hash : h[k];
        part[k] = null ? null_part : part[k];
      }
    }

    if (flags & FLAG_HASHES) {
      for (uint k = 0; k < m; k++) {
        hashes[i + k] = h[k];
      }
    }
    if (flags & FLAG_PARTS) {
      for (uint k = 0; k < m; k++) {
        parts[i + k] = part[k];
      }
    }
#if COUNT
    for (uint k = 0; k < m; k++) {
      if (part[k] == NO_PARTITION) {
        continue;
      }
      if (bins_len > 0) {
        atomic_inc(bins + part[k]);
      } else {
        atomic_inc(counts + part[k]);
      }
    }
#endif
  }

#if COUNT
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint bin = get_local_id(0); bin < bins_len; bin += GROUP) {
    if (bins[bin] > 0) {
      atomic_add(counts + bin, bins[bin]);
    }
  }
#endif
}
