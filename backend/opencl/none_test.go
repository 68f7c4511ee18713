//go:build !cgo || !linux || noopencl || purego

package opencl

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

// TestNone holds a build without OpenCL to say so, and why.
func TestNone(t *testing.T) {
	_, err := Devices()
	_, err2 := Open(0, Options{})
	for _, err := range []error{err, err2} {
		require.ErrorIs(t, err, keymill.ErrUnavailable)
		var e *Error
		require.True(t, errors.As(err, &e))
		require.Equal(t, Unavailable, e.Kind)
		require.ErrorContains(t, err, "OpenCL cannot be used: "+whyNone(runtime.GOOS, hasCgo))
	}
	require.True(t, strings.Contains(whyNone("plan9", true), "plan9"))
	require.Contains(t, whyNone("linux", false), "CGO_ENABLED=1")
	require.Contains(t, whyNone("linux", true), "build tag purego")
}
