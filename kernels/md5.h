// The first 8 bytes of MD5, see hash/md5.go.
#define MD5_STEP(f, word, by, i)                                                                                       \
  {                                                                                                                    \
    uint sum = a + (f) + words[(word) % 16] + md5_sines[i];                                                            \
    a = d;                                                                                                             \
    d = c;                                                                                                             \
    c = b;                                                                                                             \
    b += rotate4(sum, by);                                                                                             \
  }
#define MD5_ROUND(f, word, first, by1, by2, by3, by4)                                                                  \
  MD5_UNROLL for (uint i = first; i < first + 16; i += 4) {                                                            \
    MD5_STEP(f, word(i), by1, i)                                                                                       \
    MD5_STEP(f, word(i + 1), by2, i + 1)                                                                               \
    MD5_STEP(f, word(i + 2), by3, i + 2)                                                                               \
    MD5_STEP(f, word(i + 3), by4, i + 3)                                                                               \
  }
#define MD5_WORD1(i) (i)
#define MD5_WORD2(i) (5 * (i) + 1)
#define MD5_WORD3(i) (3 * (i) + 5)
#define MD5_WORD4(i) (7 * (i))
#define MD5_UNROLL _Pragma("unroll")

// md5_block mixes 16 words into the four of the state.
static inline void md5_block(uint *state, const uint *words) {
  uint a = state[0], b = state[1], c = state[2], d = state[3];
  MD5_ROUND((b & c) | (~b & d), MD5_WORD1, 0, 7, 12, 17, 22)
  MD5_ROUND((b & d) | (c & ~d), MD5_WORD2, 16, 5, 9, 14, 20)
  MD5_ROUND(b ^ c ^ d, MD5_WORD3, 32, 4, 11, 16, 23)
  MD5_ROUND(c ^ (b | ~d), MD5_WORD4, 48, 6, 10, 15, 21)
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

static inline ulong md5(bytes key, uint n) {
  uint state[4] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476}, words[16];
  uint end = rest4(key, n) | 0x80u << n % 4 * 8; // a bit that is set ends the key
#if WIDTH == 0
  for (uint left = n / 64; left > 0; left--, key += 64) {
    for (uint i = 0; i < 16; i += 4) {
      ulong2 four = word16(key + 4 * i);
      words[i] = (uint)four.x;
      words[i + 1] = (uint)(four.x >> 32);
      words[i + 2] = (uint)four.y;
      words[i + 3] = (uint)(four.y >> 32);
    }
    md5_block(state, words);
  }
#endif
  uint whole = n % 64 / 4;
  MD5_UNROLL
  for (uint i = 0; i < 16; i++) {
    words[i] = i < whole ? word4(key + 4 * i) : i == whole ? end : 0;
  }
#if WIDTH == 0
  if (whole >= 14) { // the length has no room behind it
    md5_block(state, words);
    for (uint i = 0; i < 14; i++) {
      words[i] = 0;
    }
  }
#endif
  words[14] = n << 3; // bits
  words[15] = n >> 29;
  md5_block(state, words);
  return (ulong)state[1] << 32 | state[0];
}
#undef MD5_STEP
#undef MD5_ROUND
#undef MD5_UNROLL
