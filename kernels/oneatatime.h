// Bob Jenkins' one-at-a-time with signed bytes, see hash/oneatatime.go.
static inline uint one_at_a_time(bytes key, uint n) {
  uint h = 0;
#define STEP_BYTE(byte)                                                                                                \
  {                                                                                                                    \
    h += (uint)(int)(char)(byte);                                                                                      \
    h += h << 10;                                                                                                      \
    h ^= h >> 6;                                                                                                       \
  }
  EACH_BYTE(key, n)
#undef STEP_BYTE
  h += h << 3;
  h ^= h >> 11;
  return h + (h << 15);
}
