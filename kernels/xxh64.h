// XXH64, see hash/xxh64.go; and what XXH3 has of it.
#define PRIME64_1 0x9E3779B185EBCA87UL
#define PRIME64_2 0xC2B2AE3D27D4EB4FUL
#define PRIME64_3 0x165667B19E3779F9UL
#define PRIME64_4 0x85EBCA77C2B2AE63UL
#define PRIME64_5 0x27D4EB2F165667C5UL

static inline ulong xxh64_avalanche(ulong h) {
  h = (h ^ h >> 33) * PRIME64_2;
  h = (h ^ h >> 29) * PRIME64_3;
  return h ^ h >> 32;
}

#if HASH == HASH_XXH64
static inline ulong xxh64_round(ulong acc, ulong word) { return rotate8(acc + word * PRIME64_2, 31) * PRIME64_1; }

static inline ulong xxh64_merge(ulong h, ulong lane) { return (h ^ xxh64_round(0, lane)) * PRIME64_1 + PRIME64_4; }

static inline ulong xxh64(bytes key, uint n, ulong seed) {
  ulong h = seed + PRIME64_5;
  uint rest = rest4(key, n), left = n;
  if (n >= 32) {
    ulong a = seed + PRIME64_1 + PRIME64_2, b = seed + PRIME64_2, c = seed, d = seed - PRIME64_1;
    UNROLL
    for (; left >= 32; left -= 32, key += 32) {
      ulong2 first = word16(key), second = word16(key + 16);
      a = xxh64_round(a, first.x);
      b = xxh64_round(b, first.y);
      c = xxh64_round(c, second.x);
      d = xxh64_round(d, second.y);
    }
    h = rotate8(a, 1) + rotate8(b, 7) + rotate8(c, 12) + rotate8(d, 18);
    h = xxh64_merge(xxh64_merge(xxh64_merge(xxh64_merge(h, a), b), c), d);
  }
  h += n;
  UNROLL
  for (; left >= 8; left -= 8, key += 8) {
    h = rotate8(h ^ xxh64_round(0, word8(key)), 27) * PRIME64_1 + PRIME64_4;
  }
  if (n & 4) {
    h = rotate8(h ^ word4(key) * PRIME64_1, 23) * PRIME64_2 + PRIME64_3;
  }
  for (left = n % 4; left > 0; left--, rest >>= 8) {
    h = rotate8(h ^ (rest & 0xFF) * PRIME64_5, 11) * PRIME64_1;
  }
  return xxh64_avalanche(h);
}
#endif
