//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// endings are the signals that ask a program to end.
var endings = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// errorsOnClosedPipes makes a closed pipe an error of Write (EPIPE), where Go
// would end the program by a signal.
func errorsOnClosedPipes() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
