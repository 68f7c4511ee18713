// FNV-1a, see hash/fnv.go.
#if HASH == HASH_FNV1A32
static inline uint fnv1a(bytes key, uint n) {
  uint h = 0x811C9DC5;
#define STEP_BYTE(byte) h = (h ^ (byte)) * 0x01000193;
#else
static inline ulong fnv1a(bytes key, uint n) {
  ulong h = 0xCBF29CE484222325UL;
#define STEP_BYTE(byte) h = (h ^ (byte)) * 0x100000001B3UL;
#endif
  EACH_BYTE(key, n)
#undef STEP_BYTE
  return h;
}
