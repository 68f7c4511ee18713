//go:build !amd64 || purego

package bench

// hasNonTemporal says that this build cannot write past the cache.
const hasNonTemporal = false

func read(in []byte) uint64       { return readPlain(in) }
func write(out []byte)            { writePlain(out) }
func writeNonTemporal(out []byte) { writePlain(out) }
