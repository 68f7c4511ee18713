//go:build !amd64 || purego

package bench

func promisedByWrite(out []byte) (from, to int) { return 0, len(out) }

func promisedByNonTemporal(out []byte) (from, to int) { return 0, len(out) }
