//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package backendtest

import (
	"fmt"
	"os"
	"syscall"
)

// area is memory between two pages that may not be touched.
type area struct{ mapping, bytes []byte }

func newArea(size int) (*area, error) {
	page := os.Getpagesize()
	size = (size + page - 1) / page * page
	mapping, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("guard pages: %w", err)
	}
	a := &area{mapping, mapping[page : page+size]}
	if err := a.readOnly(false); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *area) readOnly(yes bool) error {
	protection := syscall.PROT_READ
	if !yes {
		protection |= syscall.PROT_WRITE
	}
	if err := syscall.Mprotect(a.bytes, protection); err != nil {
		return fmt.Errorf("guard pages: %w", err)
	}
	return nil
}

func (a *area) free() { _ = syscall.Munmap(a.mapping) }
