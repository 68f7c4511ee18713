//go:build !linux

package bench

// pageKinds returns the memory that Go gives: elsewhere than on Linux nobody is
// asked for the size of its pages.
func pageKinds() []pageKind {
	return []pageKind{{"pages of the system", func(size int) ([]uint64, func() error, error) {
		return make([]uint64, size/8), func() error { return nil }, nil
	}}}
}
