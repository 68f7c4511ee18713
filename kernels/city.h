// CityHash64 of version 1.0.2, see hash/city.go. Words are read from both ends of a key.
#define CITY_K0 0xC3A5C85C97CB3127UL
#define CITY_K1 0xB492B66FBE98F273UL
#define CITY_K2 0x9AE16A3B2F90404FUL
#define CITY_K3 0xC949D7C7509E6557UL

static inline ulong city_rotate(ulong x, uint right) { return rotate8(x, 64 - right); }

static inline ulong city_shift_mix(ulong x) { return x ^ x >> 47; }

static inline ulong city_mix(ulong u, ulong v) {
  ulong a = (u ^ v) * 0x9DDFEA08EB382D69UL;
  ulong b = (v ^ a ^ a >> 47) * 0x9DDFEA08EB382D69UL;
  return (b ^ b >> 47) * 0x9DDFEA08EB382D69UL;
}

static inline ulong city_to16(bytes key, uint n) {
  if (n > 8) {
    ulong first = word8(key), last = word8(key + (n - 8));
    return city_mix(first, city_rotate(last + n, n)) ^ last;
  }
  if (n >= 4) {
    return city_mix(n + ((ulong)word4(key) << 3), word4(key + (n - 4)));
  }
  if (n > 0) {
    uint y = key[0] + ((uint)key[n / 2] << 8), z = n + ((uint)key[n - 1] << 2);
    return city_shift_mix(y * CITY_K2 ^ z * CITY_K3) * CITY_K2;
  }
  return CITY_K2;
}

static inline ulong city_to32(bytes key, uint n) {
  ulong a = word8(key) * CITY_K1, b = word8(key + 8);
  ulong c = word8(key + (n - 8)) * CITY_K2, d = word8(key + (n - 16)) * CITY_K0;
  return city_mix(city_rotate(a - b, 43) + city_rotate(c, 30) + d, a + city_rotate(b ^ CITY_K3, 20) - c + n);
}

#if WIDTH == 0
// city_half mixes 32 bytes from one end of a key.
static inline ulong2 city_half(bytes half_key, ulong a, ulong z) {
  ulong b = city_rotate(a + z, 52), c = city_rotate(a, 37);
  a += word8(half_key + 8);
  c += city_rotate(a, 7);
  a += word8(half_key + 16);
  ulong2 pair;
  pair.x = a + z;
  pair.y = b + city_rotate(a, 31) + c;
  return pair;
}

static inline ulong city_to64(bytes key, uint n) {
  bytes last = key + (n - 32);
  ulong2 v = city_half(key, word8(key) + (n + word8(last + 16)) * CITY_K0, word8(key + 24));
  ulong2 w = city_half(last, word8(key + 16) + word8(last), word8(last + 24));
  ulong r = city_shift_mix((v.x + w.y) * CITY_K2 + (w.x + v.y) * CITY_K0);
  return city_shift_mix(r * CITY_K0 + v.y) * CITY_K2;
}

static inline ulong2 city_weak(bytes block, ulong a, ulong b) {
  ulong2 first = word16(block), second = word16(block + 16);
  a += first.x;
  b = city_rotate(b + a + second.y, 21);
  ulong c = a;
  a += first.y + second.x;
  ulong2 pair;
  pair.x = a + second.y;
  pair.y = b + city_rotate(a, 44) + c;
  return pair;
}

static inline ulong city_long(bytes key, uint n) {
  ulong x = word8(key), y = word8(key + (n - 16)) ^ CITY_K1, z = word8(key + (n - 56)) ^ CITY_K0;
  ulong2 v = city_weak(key + (n - 64), n, y), w = city_weak(key + (n - 32), n * CITY_K1, CITY_K0);
  z += city_shift_mix(v.y) * CITY_K1;
  x = city_rotate(z + x, 39) * CITY_K1;
  y = city_rotate(y, 33) * CITY_K1;
  for (uint blocks = (n - 1) / 64; blocks > 0; blocks--, key += 64) {
    x = city_rotate(x + y + v.x + word8(key + 16), 37) * CITY_K1 ^ w.y;
    y = city_rotate(y + v.y + word8(key + 48), 42) * CITY_K1 ^ v.x;
    z = city_rotate(z ^ w.x, 33);
    v = city_weak(key, v.y * CITY_K1, x + w.x);
    w = city_weak(key + 32, z + w.y, y);
    ulong was = z;
    z = x;
    x = was;
  }
  return city_mix(city_mix(v.x, w.x) + city_shift_mix(y) * CITY_K1 + z, city_mix(v.y, w.y) + x);
}
#endif

static inline ulong city(bytes key, uint n) {
  if (n <= 16) {
    return city_to16(key, n);
  }
#if WIDTH == 0
  if (n > 64) {
    return city_long(key, n);
  }
  if (n > 32) {
    return city_to64(key, n);
  }
#endif
  return city_to32(key, n);
}
