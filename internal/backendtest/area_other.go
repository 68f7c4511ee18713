//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package backendtest

// area is plain memory: this system has no pages to protect, so that only the
// results are compared here.
type area struct{ bytes []byte }

func newArea(size int) (*area, error) { return &area{make([]byte, size)}, nil }

func (a *area) readOnly(bool) error { return nil }

func (a *area) free() {}
