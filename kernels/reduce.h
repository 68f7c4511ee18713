// From a hash to a partition, see place/reduce.go. The numbers are those of package place.
#define REDUCE_NONE 0
#define REDUCE_MOD 1
#define REDUCE_ABSMOD 2
#define REDUCE_MASK 3
#define REDUCE_FASTRANGE 4
#define REDUCE_JUMP 5
#define NO_PARTITION 0xFFFFFFFFu

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

// reduce_mod returns h % partitions without a division. magic is floor((2^64-1) / partitions), so that
// h*magic/2^64 > h/partitions - 1: its high word is the quotient or one less.
static inline uint reduce_mod(ulong h, uint partitions, ulong magic) {
  ulong rest = h - mul_hi(h, magic) * partitions;
  return (uint)(rest >= partitions ? rest - partitions : rest);
}

// reduce_block computes the partitions of m hashes. fold is the bits of a hash that count; for fastrange
// they are shifted up by `shift` to be the high ones.
static inline void reduce_block(const ulong *h, uint *part, uint m, uint reduce, uint partitions, uint shift,
                                ulong fold, ulong magic) {
  switch (reduce) {
  case REDUCE_MOD:
    for (uint k = 0; k < m; k++) {
      part[k] = reduce_mod(h[k] & fold, partitions, magic);
    }
    break;
  case REDUCE_ABSMOD:
    for (uint k = 0; k < m; k++) {
      uint word = (uint)(h[k] & fold); // the size of a remainder does not depend on the signs
      part[k] = reduce_mod(word & 0x80000000u ? 0 - word : word, partitions, magic);
    }
    break;
  case REDUCE_MASK:
    for (uint k = 0; k < m; k++) {
      part[k] = (uint)(h[k] & fold) & (partitions - 1);
    }
    break;
  case REDUCE_FASTRANGE:
    for (uint k = 0; k < m; k++) {
      part[k] = (uint)mul_hi((h[k] & fold) << shift, (ulong)partitions);
    }
    break;
#if FP64
  case REDUCE_JUMP:
    for (uint k = 0; k < m; k++) {
      part[k] = reduce_jump(h[k] & fold, partitions);
    }
    break;
#endif
  default:
    for (uint k = 0; k < m; k++) {
      part[k] = NO_PARTITION;
    }
  }
}
