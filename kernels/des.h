// The CBC-MAC of DES under a key of zeros, see hash/des.go: every round key is zero.

// DES_EXCHANGE exchanges the bits of b in the mask with those of a that are `by` places further up.
#define DES_EXCHANGE(a, b, by, mask)                                                                                   \
  {                                                                                                                    \
    uint differ = ((a) >> (by) ^ (b)) & (mask);                                                                        \
    b ^= differ;                                                                                                       \
    a ^= differ << (by);                                                                                               \
  }

// des_round is the function f. Each S-box takes 6 bits, two of which its neighbours take too.
static inline uint des_round(uint right) {
  uint out = 0;
  for (uint box = 0; box < 8; box++) {
    out |= des_boxes[64 * box + rotate4(right, (4 * box + 5) % 32) % 64];
  }
  return out;
}

// des_block is DES of a big-endian block. The initial permutation turns the block, a matrix of bits, in five
// exchanges; the last one turns it back.
static inline ulong des_block(ulong block) {
  uint left = (uint)(block >> 32), right = (uint)block;
  DES_EXCHANGE(left, right, 4, 0x0F0F0F0Fu)
  DES_EXCHANGE(left, right, 16, 0x0000FFFFu)
  DES_EXCHANGE(right, left, 2, 0x33333333u)
  DES_EXCHANGE(right, left, 8, 0x00FF00FFu)
  DES_EXCHANGE(left, right, 1, 0x55555555u)
  for (uint i = 0; i < 8; i++) { // two rounds, so that no word changes its place
    left ^= des_round(right);
    right ^= des_round(left);
  }
  uint last = left; // the halves are not exchanged behind the last round
  left = right;
  right = last;
  DES_EXCHANGE(left, right, 1, 0x55555555u)
  DES_EXCHANGE(right, left, 8, 0x00FF00FFu)
  DES_EXCHANGE(right, left, 2, 0x33333333u)
  DES_EXCHANGE(left, right, 16, 0x0000FFFFu)
  DES_EXCHANGE(left, right, 4, 0x0F0F0F0Fu)
  return (ulong)left << 32 | right;
}

static inline ulong des_mac(bytes key, uint n) {
  ulong mac = 0, rest = rest8(key, n);
  for (uint left = n; left >= 8; left -= 8, key += 8) {
    mac = des_block(mac ^ swap8(word8(key)));
  }
  if (n % 8 || n == 0) { // filled with zeros; the empty key is a block of them
    mac = des_block(mac ^ swap8(rest));
  }
  return swap8(mac);
}
#undef DES_EXCHANGE
