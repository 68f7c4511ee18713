//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// placeWith opens the device with a folder for built kernels, and has it place a batch.
// It returns the calls that were made.
func placeWith(t *testing.T, dir string) map[string]int {
	t.Helper()
	f := &faults{calls: map[string]int{}}
	d, err := openWith(opened(t).withHook(f.hook), 0, Options{CacheDir: dir})
	require.NoError(t, err)
	b := faultBatches()[0]
	p := keymill.Params{Hash: hash.CRC16, Scheme: place.Redis()}
	var dst keymill.Placement
	dst.Resize(keymill.OutHashes|keymill.OutParts, b.Len(), 0)
	require.NoError(t, d.Place(&dst, &b, p))
	require.NoError(t, keymill.Verify(&dst, &b, p))
	require.NoError(t, d.Close())
	return f.calls
}

// A built kernel is taken from the cache if it is there and whole; else it is built from
// source, with the same result, and whatever becomes of the folder.
func TestProgramsAndCache(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	require.Zero(t, placeWith(t, dir)["clCreateProgramWithBinary"])
	warm := placeWith(t, dir)
	require.Equal(t, 1, warm["clCreateProgramWithBinary"])
	require.Zero(t, warm["clCreateProgramWithSource"])

	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	good, err := os.ReadFile(files[0])
	require.NoError(t, err)
	flipped := append([]byte(nil), good...)
	flipped[len(good)/2] ^= 1
	for name, bad := range map[string][]byte{
		"empty": {}, "truncated": good[:len(good)-100], "garbage": make([]byte, 5000), "one bit": flipped,
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(files[0], bad, 0o600))
			calls := placeWith(t, dir)
			require.Zero(t, calls["clCreateProgramWithBinary"], "a driver does not survive it")
			require.Equal(t, 1, calls["clCreateProgramWithSource"])
			require.Equal(t, 1, placeWith(t, dir)["clCreateProgramWithBinary"], "it was written anew")
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.Equal(t, 1, placeWith(t, filepath.Join(file, "below"))["clCreateProgramWithSource"])
}

// A program that computes another function, as of a driver that makes mistakes, does not
// pass its test.
func TestWrongResultsAreFound(t *testing.T) {
	d, err := openWith(opened(t), 0, Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, d.Close()) }()
	asked := d.options(hash.XXH3, 16, false)
	program, err := d.build(d.options(hash.XXH64, 16, false))
	require.NoError(t, err)
	p := &specialised{program: program}
	err = d.test(p, asked)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, SelfTest, e.Kind)
	require.ErrorContains(t, err, "xxh3")
	require.NoError(t, d.lib.releaseProgram(program))
}
