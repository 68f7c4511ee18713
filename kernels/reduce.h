// From a hash to a partition, see place/reduce.go. The numbers are those of package place.
#define REDUCE_NONE 0
#define REDUCE_MOD 1
#define REDUCE_ABSMOD 2
#define REDUCE_MASK 3
#define REDUCE_FASTRANGE 4
#define REDUCE_JUMP 5
#define REDUCE_PMOD 6
#define REDUCE_TABLE 7
#define REDUCE_RING 8
#define REDUCE_RENDEZVOUS 9
#define REDUCE_STABLEMOD 10
#define NO_PARTITION 0xFFFFFFFFu

#include "rendezvous.h"

#if FP64
// reduce_jump is jump consistent hash (Lamping, Veach, 2014). Every number that becomes a double is at
// most 2^62 and has at most 53 bits, so the device rounds as package place does.
static inline uint reduce_jump(ulong h, uint partitions) {
  ulong bucket = 0, next = 0;
  while (next < partitions) {
    bucket = next;
    h = h * 2862933555777941757UL + 1;
    next = (ulong)((double)(bucket + 1) * ((double)(1UL << 31) / (double)((h >> 33) + 1)));
  }
  return (uint)bucket;
}
#endif

// reduce_mod returns h % size without a division. magic is floor((2^64-1) / size), so that
// h*magic/2^64 > h/size - 1: its high word is the quotient or one less.
static inline uint reduce_mod(ulong h, uint size, ulong magic) {
  ulong rest = h - mul_hi(h, magic) * size;
  return (uint)(rest >= size ? rest - size : rest);
}

// reduce_size returns the number without its sign, of the low 32 bits of h as a signed number: the size
// of a remainder does not depend on the signs.
static inline uint reduce_size(ulong h) { return (uint)h & 0x80000000u ? 0 - (uint)h : (uint)h; }

// reduce_ring returns the place of the first of `size` ascending points that is not below h: 0 behind
// the last. All searches in a table take the same number of steps.
static inline uint reduce_ring(ulong h, __global const ulong *points, uint size) {
  uint at = 0;
  for (uint left = size; left > 1;) {
    uint skip = left / 2;
    at += points[at + skip - 1] < h ? skip : 0;
    left -= skip;
  }
  at += points[at] < h;
  return at < size ? at : 0;
}

// reduce_stable returns the low bits of h, as many as it takes to number the partitions; one less where
// there is no partition of that number.
static inline uint reduce_stable(ulong h, uint partitions) {
  uint low = (1u << (64 - clz((ulong)(partitions - 1)))) - 1, part = (uint)h & low;
  return part < partitions ? part : part & low >> 1;
}

// fold_block makes of m hashes what is reduced: their bits in `fold`, fold_shift places further down,
// and `add` added; of all bytes in reverse, or with 0 in place of 2^31, if a flag says so.
static inline void fold_block(const ulong *h, ulong *folded, uint m, uint flags, uint fold_shift, ulong fold,
                              ulong add) {
  for (uint k = 0; k < m; k++) {
    folded[k] = ((h[k] & fold) >> fold_shift) + add;
  }
  if (flags & FLAG_SWAP) {
    for (uint k = 0; k < m; k++) {
      folded[k] = swap8(h[k]) + add;
    }
  }
  if (flags & FLAG_NO_MIN) {
    for (uint k = 0; k < m; k++) {
      folded[k] = (h[k] == 0x80000000u ? 0 : h[k]) + add;
    }
  }
}

// reduce_block computes the partitions of m folded hashes. `size` is what is divided by, or the entries of
// the table, and magic belongs to it; each partition has the next `each` remainders. For fastrange the hash
// is shifted up by `shift`, so that the bits that count are the high ones.
static inline void reduce_block(const ulong *h, uint *part, uint m, uint reduce, uint partitions, uint size,
                                uint each, uint shift, ulong magic, __global const ulong *points,
                                __global const uint *members, uint flags) {
  switch (reduce) {
  case REDUCE_MOD:
    for (uint k = 0; k < m; k++) {
      part[k] = reduce_mod(h[k], size, magic);
    }
    break;
  case REDUCE_ABSMOD:
    for (uint k = 0; k < m; k++) {
      part[k] = reduce_mod(reduce_size(h[k]), size, magic);
    }
    break;
  case REDUCE_PMOD:
    for (uint k = 0; k < m; k++) {
      uint rest = reduce_mod(reduce_size(h[k]), size, magic);
      part[k] = rest > 0 && (h[k] & 0x80000000u) ? size - rest : rest;
    }
    break;
  case REDUCE_MASK:
    for (uint k = 0; k < m; k++) {
      part[k] = (uint)h[k] & (partitions - 1);
    }
    break;
  case REDUCE_FASTRANGE:
    for (uint k = 0; k < m; k++) {
      part[k] = (uint)mul_hi(h[k] << shift, (ulong)partitions);
    }
    break;
#if FP64
  case REDUCE_JUMP:
    for (uint k = 0; k < m; k++) {
      part[k] = reduce_jump(h[k], partitions);
    }
    break;
#endif
  case REDUCE_TABLE:
    for (uint k = 0; k < m; k++) {
      part[k] = members[reduce_mod(h[k], size, magic)];
    }
    break;
  case REDUCE_RING:
    for (uint k = 0; k < m; k++) {
      part[k] = members[reduce_ring(h[k], points, size)];
    }
    break;
  case REDUCE_RENDEZVOUS:
    for (uint k = 0; k < m; k++) {
      part[k] = flags & FLAG_WEIGHTED ? rendezvous_weighted(h[k], points, members, size) : rendezvous(h[k], points, size);
    }
    break;
  case REDUCE_STABLEMOD:
    for (uint k = 0; k < m; k++) {
      part[k] = reduce_stable(h[k], partitions);
    }
    break;
  default:
    for (uint k = 0; k < m; k++) {
      part[k] = NO_PARTITION;
    }
  }
  if (each > 1) {
    for (uint k = 0; k < m; k++) {
      part[k] /= each;
    }
  }
}
