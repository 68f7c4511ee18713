package main

import (
	"os"
	"runtime/debug"
)

// What a plan may take of memory, besides 16 bytes a partition: the program and its
// stacks are not counted here.
const planMemory = 44 << 20

// lean has garbage collected early enough for a plan over so many partitions, of all its placements
// together, to stay within its memory: arrays of numbers cost the collector nothing. The returned function
// ends that. Whoever has set GOGC or GOMEMLIMIT knows better.
func lean(partitions uint64) (end func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	percent := debug.SetGCPercent(20)
	limit := debug.SetMemoryLimit(planMemory + 16*int64(partitions))
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}
