// Command libkeymill is keymill as a shared library for C, and for whatever can
// call C. keymill.h is its interface and its documentation:
//
//	go build -buildmode=c-shared -o libkeymill.so ./cmd/libkeymill
//
// CMakeLists.txt does that, installs library, header and pkg-config file, and
// tests them with programs in C: example/ shows the use, ctest/ tries what is
// wrong.
//
// exports.go is all that needs cgo: one thin function for each of the header. It
// turns the caller's pointers into slices (memory.go) and calls plain Go
// (engine.go, plan.go), so that tests in Go reach all but that.
package main

import (
	"fmt"
	"os"
)

// main runs only where the package was built as a program.
func main() {
	fmt.Fprintln(os.Stderr, "libkeymill is a library for C: build it with cgo and -buildmode=c-shared (see CMakeLists.txt)")
	os.Exit(2)
}
