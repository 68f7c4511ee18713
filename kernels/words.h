// How the bytes of a key are read: LOAD says in which of three styles. All numbers are little-endian,
// and so is the device: the host refuses others.

typedef __global const uchar *bytes;

// UNROLL stands before loops over the words of a key, which are few where the width is known.
#if WIDTH > 0
#define UNROLL _Pragma("unroll")
#else
#define UNROLL
#endif

// rotate4 and rotate8 rotate words of 4 and 8 bytes to the left, by a constant that is not 0. OpenCL has
// rotate, but a loop that calls it is not vectorised by PoCL.
static inline uint rotate4(uint x, uint n) { return x << n | x >> (32 - n); }
static inline ulong rotate8(ulong x, uint n) { return x << n | x >> (64 - n); }

// swap8 returns the 8 bytes of a word in reverse.
static inline ulong swap8(ulong x) {
  x = (x & 0x00FF00FF00FF00FFUL) << 8 | (x >> 8 & 0x00FF00FF00FF00FFUL);
  x = (x & 0x0000FFFF0000FFFFUL) << 16 | (x >> 16 & 0x0000FFFF0000FFFFUL);
  return x << 32 | x >> 32;
}

#if LOAD == LOAD_PACKED
// Unaligned words, one instruction each on a CPU. Not one byte outside of the key is read.
struct unaligned4 { uint word; } __attribute__((packed));
struct unaligned8 { ulong word; } __attribute__((packed));

static inline uint word4(bytes p) { return ((__global const struct unaligned4 *)p)->word; }
static inline ulong word8(bytes p) { return ((__global const struct unaligned8 *)p)->word; }

#elif LOAD == LOAD_WORDS && WIDTH > 0
// The keys lie end to end from an address aligned to 16, so the words of each are aligned.
static inline uint word4(bytes p) { return *(__global const uint *)p; }
static inline ulong word8(bytes p) { return *(__global const ulong *)p; }

#elif LOAD == LOAD_WORDS
// Aligned words of 4 bytes that hold the bytes wanted, and a shift. A word that holds none of them is
// not read: where the last word would be such a one, the one before is read once more.
static inline __global const uint *aligned(bytes p) {
  return (__global const uint *)(p - ((uintptr_t)p & 3));
}

static inline uint funnel(uint lo, uint hi, uint shift) { return (uint)(((ulong)hi << 32 | lo) >> shift); }

static inline uint word4(bytes p) {
  return funnel(*aligned(p), *aligned(p + 3), ((uint)(uintptr_t)p & 3) * 8);
}

static inline ulong word8(bytes p) {
  __global const uint *w = aligned(p);
  uint shift = ((uint)(uintptr_t)p & 3) * 8, middle = w[1];
  return (ulong)funnel(middle, *aligned(p + 7), shift) << 32 | funnel(w[0], middle, shift);
}

#else
static inline uint word4(bytes p) { return p[0] | (uint)p[1] << 8 | (uint)p[2] << 16 | (uint)p[3] << 24; }
static inline ulong word8(bytes p) { return word4(p) | (ulong)word4(p + 4) << 32; }
#endif

// word16 returns 16 bytes as two words. Where they can be read as one, they are.
static inline ulong2 word16(bytes p) {
#if LOAD == LOAD_WORDS && WIDTH > 0 && WIDTH % 16 == 0
  return *(__global const ulong2 *)p;
#elif LOAD == LOAD_WORDS && WIDTH == 0
  __global const uint *w = aligned(p);
  uint shift = ((uint)(uintptr_t)p & 3) * 8, w1 = w[1], w2 = w[2], w3 = w[3];
  ulong2 words;
  words.x = (ulong)funnel(w1, w2, shift) << 32 | funnel(w[0], w1, shift);
  words.y = (ulong)funnel(w3, *aligned(p + 15), shift) << 32 | funnel(w2, w3, shift);
  return words;
#else
  ulong2 words;
  words.x = word8(p);
  words.y = word8(p + 8);
  return words;
#endif
}

// rest4 returns the last n % 4 bytes of a key of n bytes, as a number.
static inline uint rest4(bytes key, uint n) {
#if WIDTH > 0
  return 0; // every WIDTH is a multiple of 4
#else
  uint rest = n % 4;
  if (rest == 0) {
    return 0;
  }
#if LOAD == LOAD_WORDS
  bytes p = key + (n - rest);
  uint shift = ((uint)(uintptr_t)p & 3) * 8;
  return funnel(*aligned(p), *aligned(p + (rest - 1)), shift) & ~(0xFFFFFFFFu << 8 * rest);
#else
#if LOAD == LOAD_PACKED
  if (n >= 4) {
    return word4(key + (n - 4)) >> (32 - 8 * rest);
  }
#endif
  bytes p = key + (n - rest);
  uint middle = rest / 2, last = rest - 1; // the first, the middle and the last of 1 to 3 bytes are all of them
  return p[0] | (uint)p[middle] << 8 * middle | (uint)p[last] << 8 * last;
#endif
#endif
}

// rest8 returns the last n % 8 bytes of a key of n bytes, as a number.
static inline ulong rest8(bytes key, uint n) {
#if LOAD == LOAD_PACKED && WIDTH == 0
  if (n >= 8) { // two shifts, because one of 64 bits is none
    return word8(key + (n - 8)) >> 8 >> (56 - 8 * (n % 8));
  }
#endif
  if ((n & 4) == 0) {
    return rest4(key, n);
  }
  return word4(key + (n & ~7u)) | (ulong)rest4(key, n) << 32;
}

// EACH_WORD4 runs STEP on every whole word of 4 bytes of a key of n bytes, in order; they are read in
// larger pieces where there are such.
#define EACH_WORD4(key, n, STEP)                                                                                       \
  {                                                                                                                    \
    bytes at = (key);                                                                                                  \
    UNROLL for (uint left = (n); left >= 16; left -= 16, at += 16) {                                                   \
      ulong2 words = word16(at);                                                                                       \
      STEP((uint)words.x)                                                                                              \
      STEP((uint)(words.x >> 32))                                                                                      \
      STEP((uint)words.y)                                                                                              \
      STEP((uint)(words.y >> 32))                                                                                      \
    }                                                                                                                  \
    if ((n) & 8) {                                                                                                     \
      ulong words = word8(at);                                                                                         \
      STEP((uint)words)                                                                                                \
      STEP((uint)(words >> 32))                                                                                        \
      at += 8;                                                                                                         \
    }                                                                                                                  \
    if ((n) & 4) {                                                                                                     \
      STEP(word4(at))                                                                                                  \
    }                                                                                                                  \
  }

// EACH_BYTE runs STEP_BYTE, which the caller defines, on every byte of a key of n bytes, in order.
#define STEP_BYTES(word)                                                                                               \
  {                                                                                                                    \
    uint four = (word);                                                                                                \
    STEP_BYTE(four & 0xFF)                                                                                             \
    STEP_BYTE(four >> 8 & 0xFF)                                                                                        \
    STEP_BYTE(four >> 16 & 0xFF)                                                                                       \
    STEP_BYTE(four >> 24)                                                                                              \
  }
#define EACH_BYTE(key, n)                                                                                              \
  {                                                                                                                    \
    EACH_WORD4(key, n, STEP_BYTES)                                                                                     \
    uint few = rest4(key, n);                                                                                          \
    for (uint left = (n) % 4; left > 0; left--, few >>= 8) {                                                           \
      STEP_BYTE(few & 0xFF)                                                                                            \
    }                                                                                                                  \
  }
