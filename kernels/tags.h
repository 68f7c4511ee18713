// The hash tag of Redis Cluster, see place.HashTag: what stands between the first '{' and the first '}'
// after it, if something does, else the whole key.

// tag_index returns where the byte first is in a key of n bytes, from `at` on; n if it is nowhere.
static inline uint tag_index(bytes key, uint n, uint at, uchar byte) {
  while (at < n && key[at] != byte) {
    at++;
  }
  return at;
}

// tag_cut moves key and n to the tag.
static inline void tag_cut(bytes *key, uint *n) {
  uint open = tag_index(*key, *n, 0, '{');
  if (open == *n) {
    return;
  }
  uint close = tag_index(*key, *n, open + 1, '}');
  if (close < *n && close > open + 1) {
    *key += open + 1;
    *n = close - open - 1;
  }
}
