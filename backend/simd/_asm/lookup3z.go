package main

// PostgreSQL's lookup3, a key a lane, with AVX-512.
func lookup3z() {
	lookup3Vectors{vec32{wide: true}, 1}.generate("AVX512")
}
