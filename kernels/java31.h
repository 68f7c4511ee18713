// The polynomial 31*h + value over the values of a key, which differ from system to system: see hash/java31.go.
static inline uint java31(bytes key, uint n) {
  uint h = 0;
#if HASH == HASH_JAVA31UTF16
#define STEP_WORD(word)                                                                                                \
  {                                                                                                                    \
    uint pair = (word);                                                                                                \
    h = (31 * h + (pair & 0xFFFF)) * 31 + (pair >> 16);                                                                \
  }
  EACH_WORD4(key, n, STEP_WORD)
#undef STEP_WORD
  uint rest = rest4(key, n);
  if (n & 2) {
    h = 31 * h + (rest & 0xFFFF);
    rest >>= 16;
  }
  if (n & 1) { // a unit by itself
    h = 31 * h + rest;
  }
#else
#if HASH == HASH_JAVA31
#define STEP_BYTE(byte) h = 31 * h + (uint)(int)(char)(byte);
#else
#define STEP_BYTE(byte) h = 31 * h + (byte);
#endif
  EACH_BYTE(key, n)
#undef STEP_BYTE
#endif
  return h;
}
