//go:build !unix

package main

import (
	"os"
	"syscall"
)

// endings are the signals that ask a program to end.
var endings = []os.Signal{os.Interrupt, syscall.SIGTERM}

// errorsOnClosedPipes has nothing to do where there is no SIGPIPE.
func errorsOnClosedPipes() {}
