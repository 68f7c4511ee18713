// Package peers holds the benchmarks that compare keymill with other libraries,
// in a module of its own, so that keymill does not depend on what it is
// compared with.
//
// What is compared runs in turn, in one process, on the same keys: a round is
// keymill, the peer, and keymill once more. The benchmark reports medians over
// the rounds: the nanoseconds a key of both, the ratio of each round, and the
// ratio of the two runs of the same code (A/A), which says how far the machine
// can be trusted.
//
//	go test -bench . ./...
package peers
