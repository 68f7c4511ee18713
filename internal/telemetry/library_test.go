//go:build nvml && linux && cgo

package telemetry

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The test binary asks GPUs when this is set: calling a function that a library
// lacks ends the process, and the loader reads its path once a process.
const askGPUs = "KEYMILL_TEST_ASK_GPUS"

func TestMain(m *testing.M) {
	if os.Getenv(askGPUs) != "" {
		_, _ = GPUs() // the library is loaded, unloaded, and loaded again
		gpus, err := GPUs()
		if err != nil {
			fmt.Print(err)
			os.Exit(0)
		}
		_ = json.NewEncoder(os.Stdout).Encode(gpus)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// ask returns what a process prints that asks GPUs, and the library that it is
// given is testdata/nvml.c.
func ask(t *testing.T, flags ...string) string {
	t.Helper()
	dir := t.TempDir()
	cc := strings.Fields(output(t, "go", "env", "CC"))
	header := output(t, "go", "list", "-f", "{{.Dir}}", "github.com/NVIDIA/go-nvml/pkg/nvml")
	args := append(cc[1:], "-shared", "-fPIC", "-Wno-deprecated-declarations", "-I", header,
		"-o", filepath.Join(dir, "libnvidia-ml.so.1"), filepath.Join("testdata", "nvml.c"))
	output(t, cc[0], append(args, flags...)...)
	t.Setenv("LD_LIBRARY_PATH", dir)
	t.Setenv(askGPUs, "1")
	return output(t, os.Args[0])
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	var errs strings.Builder
	cmd := exec.Command(name, args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, "%v\n%s", cmd, &errs)
	return strings.TrimSpace(string(out))
}

func TestLibrary(t *testing.T) {
	require.JSONEq(t, `[{"index": 0, "name": "Fake", "uuid": "GPU-1", "pci": "0000:0a:00.0", "driver": "319.17",
		"memory_total_bytes": 100, "memory_used_bytes": 30, "power_watts": 1.5, "temperature_c": 31, "throttle": ["power limit"]}]`, ask(t))
}

func TestOldLibrary(t *testing.T) {
	require.JSONEq(t, `[{"index": 0, "name": "Fake", "uuid": "GPU-1", "pci": "0000:0a:00.0", "driver": "319.17",
		"memory_total_bytes": 100, "memory_used_bytes": 40, "power_watts": 1.5}]`, ask(t, "-DOLD"))
}

func TestDriverNotLoaded(t *testing.T) {
	require.Equal(t, "NVML: the NVIDIA driver is not loaded: modprobe nvidia, or give the container the GPU", ask(t, "-DINIT=NVML_ERROR_DRIVER_NOT_LOADED"))
}

// Whatever this machine has, asking it ends with an answer.
func TestThisMachine(t *testing.T) {
	gpus, err := GPUs()
	if err != nil {
		require.ErrorContains(t, err, "NVML: ")
		require.Nil(t, gpus)
	}
	for _, g := range gpus {
		require.True(t, g.Name != "" || g.Problem != "", "%+v", g)
	}
}
