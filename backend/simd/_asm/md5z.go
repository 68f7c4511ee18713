package main

// MD5, a key a lane, with AVX-512.
func md5z() { newMD5(vec32{wide: true}, "md5RaggedAVX512").generate() }
