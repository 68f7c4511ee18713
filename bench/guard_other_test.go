//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package bench

import "testing"

// hasGuard says that here is no guard: only results are compared.
const hasGuard = false

func guarded(_ *testing.T, pages int) []byte { return make([]byte, pages*4096) }
