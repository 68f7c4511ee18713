// PostgreSQL's variant of Bob Jenkins' lookup3, see hash/lookup3.go.
#define LOOKUP3_MIX_BY(x, y, z)                                                                                        \
  a = (a - c) ^ rotate4(c, x);                                                                                         \
  c += b;                                                                                                              \
  b = (b - a) ^ rotate4(a, y);                                                                                         \
  a += c;                                                                                                              \
  c = (c - b) ^ rotate4(b, z);                                                                                         \
  b += a;
#define LOOKUP3_MIX LOOKUP3_MIX_BY(4, 6, 8) LOOKUP3_MIX_BY(16, 19, 4)

static inline ulong lookup3(bytes key, uint n, ulong seed) {
  uint a = 0x9E3779B9u + n + 3923095, b = a, c = a;
  uint rest = rest4(key, n), left = n;
  if (seed != 0) {
    a += (uint)(seed >> 32);
    b += (uint)seed;
    LOOKUP3_MIX
  }
  UNROLL
  for (; left >= 12; left -= 12, key += 12) {
    a += word4(key);
    b += word4(key + 4);
    c += word4(key + 8);
    LOOKUP3_MIX
  }
  // The low byte of c is the length's: it takes the rest one place further up.
  if (left >= 8) {
    a += word4(key);
    b += word4(key + 4);
    c += rest << 8;
  } else if (left >= 4) {
    a += word4(key);
    b += rest;
  } else {
    a += rest;
  }
  c = (c ^ b) - rotate4(b, 14);
  a = (a ^ c) - rotate4(c, 11);
  b = (b ^ a) - rotate4(a, 25);
  c = (c ^ b) - rotate4(b, 16);
  a = (a ^ c) - rotate4(c, 4);
  b = (b ^ a) - rotate4(a, 14);
  c = (c ^ b) - rotate4(b, 24);
  return (ulong)b << 32 | c;
}
#undef LOOKUP3_MIX
#undef LOOKUP3_MIX_BY
