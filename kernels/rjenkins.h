// Ceph's hash of names, Bob Jenkins' of 1996, see hash/rjenkins.go.
#define RJENKINS_MIX_BY(x, y, z)                                                                                       \
  a = (a - b - c) ^ c >> x;                                                                                            \
  b = (b - c - a) ^ a << y;                                                                                            \
  c = (c - a - b) ^ b >> z;
#define RJENKINS_MIX RJENKINS_MIX_BY(13, 8, 13) RJENKINS_MIX_BY(12, 16, 5) RJENKINS_MIX_BY(3, 10, 15)

static inline uint rjenkins(bytes key, uint n) {
  uint a = 0x9E3779B9u, b = a, c = 0;
  uint rest = rest4(key, n), left = n;
  UNROLL
  for (; left >= 12; left -= 12, key += 12) {
    a += word4(key);
    b += word4(key + 4);
    c += word4(key + 8);
    RJENKINS_MIX
  }
  // The low byte of c is the length's: it takes the rest one place further up.
  c += n;
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
  RJENKINS_MIX
  return c;
}
#undef RJENKINS_MIX
#undef RJENKINS_MIX_BY
