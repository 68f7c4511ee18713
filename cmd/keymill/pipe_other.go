//go:build !unix

package main

// errorsOnClosedPipes has nothing to do where there is no SIGPIPE.
func errorsOnClosedPipes() {}
