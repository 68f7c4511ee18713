// SipHash under a key of 16 bytes, see hash/siphash.go.
#define SIP_ROUND                                                                                                      \
  a += b;                                                                                                              \
  c += d;                                                                                                              \
  b = rotate8(b, 13) ^ a;                                                                                              \
  d = rotate8(d, 16) ^ c;                                                                                              \
  a = rotate8(a, 32);                                                                                                  \
  c += b;                                                                                                              \
  a += d;                                                                                                              \
  b = rotate8(b, 17) ^ c;                                                                                              \
  d = rotate8(d, 21) ^ a;                                                                                              \
  c = rotate8(c, 32);

#if HASH == HASH_SIPHASH13
#define SIP_WORD_ROUNDS SIP_ROUND
#define SIP_LAST_ROUNDS SIP_ROUND SIP_ROUND SIP_ROUND
#else
#define SIP_WORD_ROUNDS SIP_ROUND SIP_ROUND
#define SIP_LAST_ROUNDS SIP_ROUND SIP_ROUND SIP_ROUND SIP_ROUND
#endif

static inline ulong siphash(bytes key, uint n, ulong k0, ulong k1) {
  ulong a = k0 ^ 0x736F6D6570736575UL, b = k1 ^ 0x646F72616E646F6DUL;
  ulong c = k0 ^ 0x6C7967656E657261UL, d = k1 ^ 0x7465646279746573UL;
  ulong last = (ulong)n << 56 | rest8(key, n);
  UNROLL
  for (uint left = n; left >= 8; left -= 8, key += 8) {
    ulong word = word8(key);
    d ^= word;
    SIP_WORD_ROUNDS
    a ^= word;
  }
  d ^= last;
  SIP_WORD_ROUNDS
  a ^= last;
  c ^= 0xFF;
  SIP_LAST_ROUNDS
  return a ^ b ^ c ^ d;
}
#undef SIP_ROUND
#undef SIP_WORD_ROUNDS
#undef SIP_LAST_ROUNDS
