// MurmurHash3 and what three systems made of its tail, see hash/murmur3.go.
#if HASH == HASH_MURMUR3X32 || HASH == HASH_MURMUR3SPARK || HASH == HASH_MURMUR3HIVE

static inline uint murmur3x32_scramble(uint word) { return rotate4(word * 0xCC9E2D51u, 15) * 0x1B873593u; }

static inline uint murmur3x32_mix(uint h, uint word) {
  return rotate4(h ^ murmur3x32_scramble(word), 13) * 5 + 0xE6546B64u;
}

static inline uint murmur3x32(bytes key, uint n, uint h) {
#define STEP_WORD(word) h = murmur3x32_mix(h, word);
  EACH_WORD4(key, n, STEP_WORD)
#undef STEP_WORD
  uint rest = rest4(key, n);
#if HASH == HASH_MURMUR3SPARK
  for (uint left = n % 4; left > 0; left--, rest >>= 8) {
    h = murmur3x32_mix(h, (uint)(int)(char)rest);
  }
#else
#if HASH == HASH_MURMUR3HIVE
  // A byte from 0x80 up flips every bit above its own.
  uint flip = (rest & 0x808080u) << 1;
  flip ^= flip << 8;
  rest ^= (flip ^ flip << 16) * 0xFF;
#endif
  h ^= murmur3x32_scramble(rest); // of 0, which is no tail, that is 0
#endif
  h ^= n;
  h = (h ^ h >> 16) * 0x85EBCA6Bu;
  h = (h ^ h >> 13) * 0xC2B2AE35u;
  return h ^ h >> 16;
}

#else

static inline ulong murmur3x128_scramble1(ulong word) {
  return rotate8(word * 0x87C37B91114253D5UL, 31) * 0x4CF5AD432745937FUL;
}

static inline ulong murmur3x128_scramble2(ulong word) {
  return rotate8(word * 0x4CF5AD432745937FUL, 33) * 0x87C37B91114253D5UL;
}

static inline ulong murmur3_avalanche(ulong h) {
  h = (h ^ h >> 33) * 0xFF51AFD7ED558CCDUL;
  h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53UL;
  return h ^ h >> 33;
}

// murmur3_tail makes of a word of the tail what the function takes: Cassandra's bytes are signed, so
// that one from 0x80 up flips every bit above its own.
static inline ulong murmur3_tail(ulong word) {
#if HASH == HASH_MURMUR3CASSANDRA || HASH == HASH_CASSANDRATOKEN
  ulong flip = (word & 0x8080808080808080UL) << 1;
  flip ^= flip << 8;
  flip ^= flip << 16;
  word ^= (flip ^ flip << 32) * 0xFF;
#endif
  return word;
}

static inline ulong murmur3x128(bytes key, uint n, ulong seed) {
  ulong h1 = seed, h2 = seed, k1 = rest8(key, n), k2 = 0;
  UNROLL
  for (uint left = n; left >= 16; left -= 16, key += 16) {
    ulong2 words = word16(key);
    h1 = (rotate8(h1 ^ murmur3x128_scramble1(words.x), 27) + h2) * 5 + 0x52DCE729;
    h2 = (rotate8(h2 ^ murmur3x128_scramble2(words.y), 31) + h1) * 5 + 0x38495AB5;
  }
  if (n & 8) {
    k2 = k1;
    k1 = word8(key);
  }
  // A word of 0, which is no tail, scrambles to 0.
  h1 ^= murmur3x128_scramble1(murmur3_tail(k1)) ^ n;
  h2 ^= murmur3x128_scramble2(murmur3_tail(k2)) ^ n;
  h1 += h2;
  h2 += h1;
  return murmur3_avalanche(h1) + murmur3_avalanche(h2);
}

#if HASH == HASH_CASSANDRATOKEN
// cassandra_token is the hash, but the smallest signed number for the empty key and for no other.
static inline ulong cassandra_token(bytes key, uint n) {
  const ulong smallest = 0x8000000000000000UL;
  ulong h = murmur3x128(key, n, 0);
  return n == 0 ? smallest : h == smallest ? smallest - 1 : h;
}
#endif

#endif
