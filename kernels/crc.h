// CRCs, see hash/crc.go.
#if HASH == HASH_CRC16

// A byte a step and no table: the eight shifts of a byte fold into three.
static inline uint crc16(bytes key, uint n) {
  uint crc = 0;
#define STEP_BYTE(byte)                                                                                                \
  {                                                                                                                    \
    uint x = crc >> 8 ^ (byte);                                                                                        \
    x ^= x >> 4;                                                                                                       \
    crc = (crc << 8 ^ x << 12 ^ x << 5 ^ x) & 0xFFFF;                                                                  \
  }
  EACH_BYTE(key, n)
#undef STEP_BYTE
  return crc;
}

#else

// crc32_table[d] holds what each byte does to the CRC from d bytes before the end of a word.
static inline uint crc32(bytes key, uint n) {
  uint crc = 0xFFFFFFFF;
#define STEP_WORD(word)                                                                                                \
  {                                                                                                                    \
    uint x = crc ^ (word);                                                                                             \
    crc = crc32_table[768 + (x & 0xFF)] ^ crc32_table[512 + (x >> 8 & 0xFF)] ^ crc32_table[256 + (x >> 16 & 0xFF)] ^   \
          crc32_table[x >> 24];                                                                                        \
  }
  EACH_WORD4(key, n, STEP_WORD)
#undef STEP_WORD
  uint rest = rest4(key, n);
  for (uint left = n % 4; left > 0; left--, rest >>= 8) {
    crc = crc >> 8 ^ crc32_table[(crc ^ rest) & 0xFF];
  }
  return ~crc;
}

#endif
