// XXH3 of 64 bits under a seed, see hash/xxh3.go. It uses xxh64.h.
#define PRIME32_1 0x9E3779B1UL
#define PRIME32_2 0x85EBCA77UL
#define PRIME32_3 0xC2B2AE3DUL
#define PRIME_MIX 0x9FB21C651E98DF25UL

// The words of the secret. The seed is added to the even ones and subtracted from the odd ones.
__constant ulong xxh3_secret[24] = {
    0xBE4BA423396CFEB8UL, 0x1CAD21F72C81017CUL, 0xDB979083E96DD4DEUL, 0x1F67B3B7A4A44072UL,
    0x78E5C0CC4EE679CBUL, 0x2172FFCC7DD05A82UL, 0x8E2443F7744608B8UL, 0x4C263A81E69035E0UL,
    0xCB00C391BB52283CUL, 0xA32E531B8B65D088UL, 0x4EF90DA297486471UL, 0xD8ACDEA946EF1938UL,
    0x3F349CE33F76FAA8UL, 0x1D4F0BC7C7BBDCF9UL, 0x3159B4CD4BE0518AUL, 0x647378D9C97E9FC8UL,
    0xC3EBD33483ACC5EAUL, 0xEB6313FAFFA081C5UL, 0x49DAF0B751DD0D17UL, 0x9E68D429265516D3UL,
    0xFCA1477D58BE162BUL, 0xCE31D07AD1B8F88FUL, 0x280416958F3ACB45UL, 0x7E404BBBCAFBD7AFUL,
};

static inline ulong xxh3_avalanche(ulong h) {
  h = (h ^ h >> 37) * 0x165667919E3779F9UL;
  return h ^ h >> 32;
}

static inline ulong xxh3_mul_fold(ulong a, ulong b) { return a * b ^ mul_hi(a, b); }

// xxh3_mix mixes 16 bytes with two words of the secret.
static inline ulong xxh3_mix(bytes p, ulong even, ulong odd, ulong seed) {
  ulong2 words = word16(p);
  return xxh3_mul_fold(words.x ^ (even + seed), words.y ^ (odd - seed));
}

static inline ulong xxh3_to16(bytes key, uint n, ulong seed) {
  __constant ulong *s = xxh3_secret;
  if (n > 8) {
    ulong lo = word8(key) ^ ((s[3] ^ s[4]) + seed);
    ulong hi = word8(key + (n - 8)) ^ ((s[5] ^ s[6]) - seed);
    return xxh3_avalanche(n + swap8(lo) + hi + xxh3_mul_fold(lo, hi));
  }
  if (n > 3) {
    ulong swapped = swap8(seed & 0xFFFFFFFF);
    ulong h = (word4(key + (n - 4)) + ((ulong)word4(key) << 32)) ^ ((s[1] ^ s[2]) - (seed ^ swapped));
    h = (h ^ rotate8(h, 49) ^ rotate8(h, 24)) * PRIME_MIX;
    h = (h ^ ((h >> 35) + n)) * PRIME_MIX;
    return h ^ h >> 28;
  }
  if (n > 0) {
    uint word = (uint)key[0] << 16 | (uint)key[n / 2] << 24 | key[n - 1] | n << 8;
    return xxh64_avalanche(word ^ ((uint)(s[0] ^ s[0] >> 32) + seed));
  }
  return xxh64_avalanche(seed ^ s[7] ^ s[8]);
}

// xxh3_to128 mixes 16-byte pieces from both ends towards the middle.
static inline ulong xxh3_to128(bytes key, uint n, ulong seed) {
  ulong acc = n * PRIME64_1;
  for (int i = (int)(n - 1) / 32; i >= 0; i--) {
    __constant ulong *s = xxh3_secret + 4 * i;
    acc += xxh3_mix(key + 16 * i, s[0], s[1], seed);
    acc += xxh3_mix(key + (n - 16 * (i + 1)), s[2], s[3], seed);
  }
  return xxh3_avalanche(acc);
}

#if WIDTH == 0
// xxh3_between returns the word of the secret that begins 1 to 7 bytes behind the start of lo.
#define xxh3_between(lo, hi, behind) ((lo) >> 8 * (behind) | (hi) << (64 - 8 * (behind)))

// xxh3_to240 mixes every 16 bytes: eight pieces, then the rest at a shifted place of the secret, then
// the last 16 bytes once more.
static inline ulong xxh3_to240(bytes key, uint n, ulong seed) {
  ulong acc = n * PRIME64_1;
  for (uint i = 0; i < 8; i++) {
    acc += xxh3_mix(key + 16 * i, xxh3_secret[2 * i], xxh3_secret[2 * i + 1], seed);
  }
  acc = xxh3_avalanche(acc);
  for (uint i = 8; i < n / 16; i++) {
    __constant ulong *s = xxh3_secret + 2 * (i - 8);
    acc += xxh3_mix(key + 16 * i, xxh3_between(s[0], s[1], 3), xxh3_between(s[1], s[2], 3), seed);
  }
  __constant ulong *s = xxh3_secret + 14;
  acc += xxh3_mix(key + (n - 16), xxh3_between(s[0], s[1], 7), xxh3_between(s[1], s[2], 7), seed);
  return xxh3_avalanche(acc);
}

// xxh3_seeded returns a word of the secret with the seed in it.
static inline ulong xxh3_seeded(uint i, ulong seed) { return xxh3_secret[i] + (i % 2 ? 0 - seed : seed); }

// xxh3_accumulate adds two words of a stripe, each mixed with its word of the secret, to a pair of
// accumulators.
static inline void xxh3_accumulate(ulong *acc, bytes p, ulong first, ulong second) {
  ulong2 words = word16(p);
  first ^= words.x;
  second ^= words.y;
  acc[0] += (first & 0xFFFFFFFF) * (first >> 32) + words.y;
  acc[1] += (second & 0xFFFFFFFF) * (second >> 32) + words.x;
}

// xxh3_long runs eight accumulators over stripes of 64 bytes, and scrambles them after each block of
// 16 stripes.
static inline ulong xxh3_long(bytes key, uint n, ulong seed) {
  ulong acc[8] = {PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1};
  bytes last = key + (n - 64);
  uint stripe = 0;
  for (uint left = n; left > 64; left -= 64, key += 64) {
    for (uint i = 0; i < 8; i += 2) {
      xxh3_accumulate(acc + i, key + 8 * i, xxh3_seeded(stripe + i, seed), xxh3_seeded(stripe + i + 1, seed));
    }
    if (++stripe == 16) {
      for (uint i = 0; i < 8; i++) {
        acc[i] = (acc[i] ^ acc[i] >> 47 ^ xxh3_seeded(16 + i, seed)) * PRIME32_1;
      }
      stripe = 0;
    }
  }
  for (uint i = 0; i < 8; i += 2) {
    ulong s0 = xxh3_seeded(15 + i, seed), s1 = xxh3_seeded(16 + i, seed), s2 = xxh3_seeded(17 + i, seed);
    xxh3_accumulate(acc + i, last + 8 * i, xxh3_between(s0, s1, 1), xxh3_between(s1, s2, 1));
  }
  ulong sum = n * PRIME64_1;
  for (uint i = 0; i < 8; i += 2) {
    ulong s0 = xxh3_seeded(1 + i, seed), s1 = xxh3_seeded(2 + i, seed), s2 = xxh3_seeded(3 + i, seed);
    sum += xxh3_mul_fold(acc[i] ^ xxh3_between(s0, s1, 3), acc[i + 1] ^ xxh3_between(s1, s2, 3));
  }
  return xxh3_avalanche(sum);
}
#undef xxh3_between
#endif

static inline ulong xxh3(bytes key, uint n, ulong seed) {
#if WIDTH == 0
  if (n > 240) {
    return xxh3_long(key, n, seed);
  }
  if (n > 128) {
    return xxh3_to240(key, n, seed);
  }
#endif
  return n > 16 ? xxh3_to128(key, n, seed) : xxh3_to16(key, n, seed);
}
