//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

// TestNoLibrary opens libraries that are not there, or are another's.
func TestNoLibrary(t *testing.T) {
	err := open("libOpenCL-that-nobody-has.so.1", "libOpenCL-nor-this.so")
	require.ErrorIs(t, err, keymill.ErrUnavailable)
	require.ErrorContains(t, err, "libOpenCL-that-nobody-has.so.1: cannot open shared object file")
	require.ErrorContains(t, err, "install the OpenCL loader")

	file := filepath.Join(t.TempDir(), "libOpenCL.so.1")
	require.NoError(t, os.WriteFile(file, []byte("this is no library"), 0o700))
	require.ErrorIs(t, open(file), keymill.ErrUnavailable)

	err = open("libm.so.6", "libOpenCL.so.1")
	require.ErrorIs(t, err, keymill.ErrUnavailable)
	require.ErrorContains(t, err, "libm.so.6 has no function clGetPlatformIDs")

	if _, err := load(); err == nil { // what is open is not harmed
		newRig(t)
	}
}

// TestNothingIsLinked holds the binary to start where there is no OpenCL.
func TestNothingIsLinked(t *testing.T) {
	file, err := elf.Open(os.Args[0])
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	libraries, err := file.ImportedLibraries()
	require.NoError(t, err)
	for _, name := range libraries {
		require.NotContains(t, strings.ToLower(name), "opencl")
	}
	symbols, err := file.ImportedSymbols()
	require.NoError(t, err)
	for _, s := range symbols {
		require.False(t, strings.HasPrefix(s.Name, "cl") && len(s.Name) > 2 && s.Name[2] < 'a', "%s is to be found in the table", s.Name)
	}
}

const hostChild = "KEYMILL_HOST_CHILD" // set in the processes that see a host which lacks something

// TestHostsWithout lists the devices of hosts that lack something, each in a process of its own.
func TestHostsWithout(t *testing.T) {
	if os.Getenv(hostChild) != "" {
		infos, err := Devices()
		fmt.Printf("devices: %d\nunavailable: %v\nerror: %v\nPoCL: %s\n", len(infos), isUnavailable(err), err, os.Getenv(poclCacheVar))
		for _, d := range infos {
			fmt.Println(d.Platform)
		}
		return
	}
	opened(t) // it takes a loader to lack drivers
	folder := func(files map[string]string) string {
		dir := t.TempDir()
		for name, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
		return dir
	}
	const noDriver = "error: OpenCL cannot be used: clGetPlatformIDs: CL_PLATFORM_NOT_FOUND_KHR (-1001); install the OpenCL driver"
	for name, vendors := range map[string]string{
		"no folder of drivers":        filepath.Join(t.TempDir(), "missing"),
		"no driver":                   folder(nil),
		"a driver that is gone":       folder(map[string]string{"gone.icd": "/nowhere/libgone.so\n"}),
		"a driver that is none":       folder(map[string]string{"m.icd": "libm.so.6\n"}),
		"a file that names no driver": folder(map[string]string{"empty.icd": ""}),
	} {
		out := host(t, "OCL_ICD_VENDORS="+vendors)
		require.Contains(t, out, "devices: 0\nunavailable: true\n"+noDriver, name)
	}
	home := t.TempDir()
	out := host(t, "HOME="+home, "XDG_CACHE_HOME=", poclCacheVar+"=")
	require.Contains(t, out, "error: <nil>")
	dir := filepath.Join(home, ".cache", "keymill", "pocl")
	require.Contains(t, out, "PoCL: "+dir+"\n")
	if strings.Contains(out, "Portable Computing Language") { // C sees what Go's Setenv set
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.NotEmpty(t, entries, "PoCL keeps its files elsewhere")
	}
}

// host runs TestHostsWithout in a process with that environment, and returns what it prints.
func host(t *testing.T, env ...string) string {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestHostsWithout$")
	child.Env = append(append(os.Environ(), hostChild+"=1"), env...)
	out, err := child.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

func isUnavailable(err error) bool {
	e, ok := err.(*Error)
	return ok && e.Kind == Unavailable
}

// TestPlatformsWithoutDevices lets the platforms of this machine have no device, or say something odd.
func TestPlatformsWithoutDevices(t *testing.T) {
	lib := opened(t)
	for _, code := range []Code{codeDeviceNotFound, -6, -4242} {
		_, err := lib.withHook(func(call string) Code {
			if call == "clGetDeviceIDs" {
				return code
			}
			return 0
		}).devices()
		require.ErrorIs(t, err, keymill.ErrUnavailable)
		require.Equal(t, code, err.(*Error).Code)
		require.ErrorContains(t, err, `platform "`)
	}
}
