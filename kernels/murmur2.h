// MurmurHash2, see hash/murmur2.go.
static inline uint murmur2(bytes key, uint n, uint seed) {
  uint h = seed ^ n;
#define STEP_WORD(word)                                                                                                \
  {                                                                                                                    \
    uint k = (word) * 0x5BD1E995u;                                                                                     \
    h = h * 0x5BD1E995u ^ (k ^ k >> 24) * 0x5BD1E995u;                                                                 \
  }
  EACH_WORD4(key, n, STEP_WORD)
#undef STEP_WORD
  if (n % 4) {
    h = (h ^ rest4(key, n)) * 0x5BD1E995u;
  }
  h = (h ^ h >> 13) * 0x5BD1E995u;
  return h ^ h >> 15;
}
