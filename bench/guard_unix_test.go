//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package bench

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// hasGuard says that memory beyond guarded memory may not be touched.
const hasGuard = true

// guarded returns memory that begins and ends where a page begins that may not be
// touched: to do so is a fault.
func guarded(t *testing.T, pages int) []byte {
	t.Helper()
	page := os.Getpagesize()
	all, err := syscall.Mmap(-1, 0, (pages+2)*page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(all)) })
	memory := all[page : (pages+1)*page : (pages+1)*page]
	require.NoError(t, syscall.Mprotect(memory, syscall.PROT_READ|syscall.PROT_WRITE))
	return memory
}
