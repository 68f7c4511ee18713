// XXH32, see hash/xxh32.go.
#define PRIME32_1 0x9E3779B1u
#define PRIME32_2 0x85EBCA77u
#define PRIME32_3 0xC2B2AE3Du
#define PRIME32_4 0x27D4EB2Fu
#define PRIME32_5 0x165667B1u

static inline uint xxh32_round(uint acc, uint word) { return rotate4(acc + word * PRIME32_2, 13) * PRIME32_1; }

static inline uint xxh32(bytes key, uint n, uint seed) {
  uint h = seed + PRIME32_5, rest = rest4(key, n), left = n;
  if (n >= 16) {
    uint a = seed + PRIME32_1 + PRIME32_2, b = seed + PRIME32_2, c = seed, d = seed - PRIME32_1;
    UNROLL
    for (; left >= 16; left -= 16, key += 16) {
      ulong2 words = word16(key);
      a = xxh32_round(a, (uint)words.x);
      b = xxh32_round(b, (uint)(words.x >> 32));
      c = xxh32_round(c, (uint)words.y);
      d = xxh32_round(d, (uint)(words.y >> 32));
    }
    h = rotate4(a, 1) + rotate4(b, 7) + rotate4(c, 12) + rotate4(d, 18);
  }
  h += n;
  UNROLL
  for (; left >= 4; left -= 4, key += 4) {
    h = rotate4(h + word4(key) * PRIME32_3, 17) * PRIME32_4;
  }
  for (; left > 0; left--, rest >>= 8) {
    h = rotate4(h + (rest & 0xFF) * PRIME32_5, 11) * PRIME32_1;
  }
  h = (h ^ h >> 15) * PRIME32_2;
  h = (h ^ h >> 13) * PRIME32_3;
  return h ^ h >> 16;
}
