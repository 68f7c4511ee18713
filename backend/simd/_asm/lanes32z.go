package main

// 32-bit functions, a key a lane: murmur2, murmur3-32 and its variants, fnv1a-32, with AVX-512.
func lanes32z() { kernels32(vec32{wide: true}, "AVX512") }
