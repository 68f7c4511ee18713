package hash

// SumFNV1a32 is the 32-bit FNV-1a by Fowler, Noll and Vo: Sarama's default
// partitioner and NATS subject partitions. Slow on long keys: each byte waits
// for the one before.
//
// Its output never changes. Checked against the standard library's hash/fnv.
func SumFNV1a32(key []byte) uint32 {
	h := uint32(0x811c9dc5)
	for _, c := range key {
		h = (h ^ uint32(c)) * 0x01000193
	}
	return h
}

// SumFNV1a64 is the 64-bit FNV-1a. Its high bits are poor on short keys: under
// fastrange, `user:%d` keys leave most of 1024 partitions empty.
//
// Its output never changes. Checked against the standard library's hash/fnv.
func SumFNV1a64(key []byte) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, c := range key {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return h
}
