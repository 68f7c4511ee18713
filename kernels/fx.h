// Fx, see hash/fx64.go.
static inline ulong fx64_mix(ulong h, ulong word) { return (rotate8(h, 5) ^ word) * 0x517CC1B727220A95UL; }

static inline ulong fx64(bytes key, uint n) {
  ulong h = 0, rest = rest8(key, n);
  UNROLL
  for (uint left = n; left >= 8; left -= 8, key += 8) {
    h = fx64_mix(h, word8(key));
  }
  UNROLL
  for (uint left = n % 8; left > 0; left--, rest >>= 8) {
    h = fx64_mix(h, rest & 0xFF);
  }
  return h;
}
