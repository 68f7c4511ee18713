// Rendezvous hashing: the member with the highest score, of equal ones the first. See place/rendezvous.go.

static inline ulong rendezvous_score(ulong h, ulong member) {
  ulong x = h ^ member;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  return x * 2685821657736338717UL;
}

static inline uint rendezvous(ulong h, __global const ulong *points, uint size) {
  uint best = 0;
  ulong highest = 0;
  for (uint i = 0; i < size; i++) {
    ulong score = rendezvous_score(h, points[i]);
    best = score > highest ? i : best;
    highest = score > highest ? score : highest;
  }
  return best;
}

// rendezvous_surprise is place.Surprise, -log2((score+1) / 2^64) with 57 bits behind the point. logarithms are
// place.SurpriseTable: for each c = 1 + i/256 the words 2^63/c and log2(c).
static inline ulong rendezvous_surprise(ulong score, __global const ulong *logarithms) {
  ulong x = score + 1;
  if (x == 0) {
    return 0;
  }
  ulong zeros = clz(x);
  x <<= zeros; // 1 <= x/2^63 < 2
  uint i = (uint)(x << 1 >> 56);
  ulong r = mul_hi(x << 9, logarithms[2 * i]) >> 7; // x/2^63 = c * (1 + r/2^64)
  ulong p = mul_hi(r, 0x2AAAAAAAAAAAAAAAUL);        // the series of the logarithm, from 1/6
  p = mul_hi(r, 0x3333333333333333UL - p);
  p = mul_hi(r, 0x4000000000000000UL - p);
  p = mul_hi(r, 0x5555555555555555UL - p);
  p = mul_hi(r, 0x8000000000000000UL - p);
  ulong ln = r - mul_hi(r, p);
  ln += mul_hi(ln, 0x71547652B82FE177UL); // by 1/ln(2)
  return ((1 + zeros) << 57) - logarithms[2 * i + 1] - (ln >> 7);
}

// rendezvous_weighted returns the member with the lowest surprise for its weight. The words behind the points
// are the logarithms.
static inline uint rendezvous_weighted(ulong h, __global const ulong *points, __global const uint *weights,
                                       uint size) {
  uint best = 0;
  ulong least = rendezvous_surprise(rendezvous_score(h, points[0]), points + size);
  for (uint i = 1; i < size; i++) {
    ulong surprise = rendezvous_surprise(rendezvous_score(h, points[i]), points + size);
    // surprise/weights[i] < least/weights[best], without a division.
    ulong hi = mul_hi(surprise, (ulong)weights[best]), best_hi = mul_hi(least, (ulong)weights[i]);
    ulong lo = surprise * weights[best], best_lo = least * weights[i];
    if (hi < best_hi || (hi == best_hi && lo < best_lo)) {
      best = i;
      least = surprise;
    }
  }
  return best;
}
