package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/backend/opencl"
	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/internal/backendtest"
)

const beProgram = "KEYMILL_BE_GPU" // set in processes of this test that are the program

func TestMain(m *testing.M) {
	if os.Getenv(beProgram) != "" || len(os.Args) == 2 && os.Args[1] == "worker" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// program runs the program as a process, and returns what it says and its exit code.
func program(t *testing.T, env []string, args ...string) (out, errs string, code int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), beProgram+"=1"), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// Where there is no driver, or no OpenCL in the build, the program says what is missing.
func TestNoDriver(t *testing.T) {
	out, errs, code := program(t, []string{"OCL_ICD_VENDORS=" + t.TempDir()})
	require.Equal(t, 1, code, errs)
	require.Empty(t, out)
	require.Regexp(t, `^keymill-gpu: OpenCL cannot be used: .*\b(install|build)\b.*\n$`, errs)
}

func TestUsage(t *testing.T) {
	for says, args := range map[string][]string{
		`"x" is no flag`:                     {"x"},
		"not defined: -y":                    {"-y"},
		"5 rounds: it takes 6 or more":       {"-rounds", "5"},
		`invalid value "z" for flag -device`: {"-device", "z"},
	} {
		_, errs, code := program(t, nil, args...)
		require.Equal(t, 2, code, errs)
		require.Contains(t, errs, says)
	}
	_, errs, code := program(t, nil, "-h")
	require.Equal(t, 0, code)
	require.Contains(t, errs, "-quick")
}

// needOpenCL leaves a test out where there is no OpenCL device, unless REQUIRE_BACKENDS
// names opencl.
func needOpenCL(t *testing.T) []opencl.DeviceInfo {
	t.Helper()
	devices, err := opencl.Devices()
	if err != nil {
		backendtest.Missing(t, "opencl", err)
	}
	return devices
}

func TestNoSuchDevice(t *testing.T) {
	n := len(needOpenCL(t))
	for _, device := range []int{n, -2} {
		_, errs, code := program(t, nil, "-device", fmt.Sprint(device))
		require.Equal(t, 1, code)
		require.Equal(t, fmt.Sprintf("keymill-gpu: there is no device %d: there are %d, from 0 on\n", device, n), errs)
	}
}

// Each check runs on a device in each way, and a device that fails one has failed.
func TestConform(t *testing.T) {
	info := needOpenCL(t)[0]
	var seen []string
	some := func(fail string) []backendtest.Check {
		return []backendtest.Check{
			{Name: "sees", Run: func(b keymill.Backend) error {
				seen = append(seen, fmt.Sprintf("%T", b))
				return nil
			}},
			{Name: "places", Run: func(b keymill.Backend) error {
				keys := keymill.Batch{Width: 8, Data: make([]byte, 8*5000)}
				var dst keymill.Placement
				dst.Resize(keymill.OutHashes, keys.Len(), 0)
				return errors.Join(b.Place(&dst, &keys, keymill.Params{}), keymill.Verify(&dst, &keys, keymill.Params{}))
			}},
			{Name: "allocations", Run: func(b keymill.Backend) error {
				if fmt.Sprintf("%T", b) == fail {
					return errors.New("one too many")
				}
				return nil
			}},
		}
	}
	var out bytes.Buffer
	passed, err := conform(t.Context(), info, some(""), &out)
	require.NoError(t, err)
	require.Equal(t, 3+3+2, passed)
	require.Equal(t, []string{"*opencl.Device", "*opencl.Device", "main.uploader"}, seen)
	require.Regexp(t, `^  keys copied: 3 of 3 .*\n  memory shared: 3 of 3 .*\n  keys resident: 2 of 2 .*\n$`, out.String())

	out.Reset()
	_, err = conform(t.Context(), info, some("*opencl.Device"), &out)
	require.EqualError(t, err, "2 checks failed: keys copied, allocations: one too many; memory shared, allocations: one too many")
	require.Contains(t, out.String(), "keys copied: 2 of 3 checks")
	require.Contains(t, out.String(), "FAILED allocations: one too many")

	require.Len(t, without(backendtest.Checks(), "allocations"), len(backendtest.Checks())-1)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	passed, failures := runChecks(ended, cpu.New(), backendtest.Checks())
	require.Zero(t, passed)
	require.Empty(t, failures)
}

// uploads is a device that places nothing but what was uploaded.
type uploads struct {
	keymill.Backend
	made, closed int
}

func (u *uploads) Place(*keymill.Placement, *keymill.Batch, keymill.Params) error {
	return errors.New("it was not uploaded")
}

func (u *uploads) Upload(b *keymill.Batch) (keymill.Resident, error) {
	u.made++
	return &uploaded{u, b}, nil
}

type uploaded struct {
	u *uploads
	b *keymill.Batch
}

func (r *uploaded) Len() int { return r.b.Len() }
func (r *uploaded) Place(dst *keymill.Placement, p keymill.Params) error {
	return cpu.New().Place(dst, r.b, p)
}
func (r *uploaded) Close() error { r.u.closed++; return nil }

// All batches of the suite are uploaded, but those that are malformed.
func TestUploader(t *testing.T) {
	u := &uploads{Backend: cpu.New()}
	suite := without(backendtest.Checks(), "allocations")
	passed, failures := runChecks(t.Context(), uploader{u}, suite[:3])
	require.Empty(t, failures)
	require.Equal(t, 3, passed)
	require.Greater(t, u.made, 100)
	require.Equal(t, u.made, u.closed)
	bad := keymill.Batch{Offsets: []uint32{1, 0}}
	require.ErrorIs(t, uploader{u}.Place(&keymill.Placement{}, &bad, keymill.Params{}), keymill.ErrInvalid)
}

// The report is in the file, and has the loop that the device is beside.
func TestMeasure(t *testing.T) {
	info := needOpenCL(t)[0]
	folder := filepath.Join(t.TempDir(), "new", "folder")
	o := options{quick: true, rounds: 6, out: folder, args: []string{"path/to/program", "-quick"}}
	var out, errs bytes.Buffer
	require.NoError(t, measure(t.Context(), &o, info, 50, "x.json", &out, &errs))
	require.Contains(t, out.String(), "written to "+filepath.Join(folder, "x.json"))
	require.Equal(t, 10, strings.Count(errs.String(), "\n"))
	file, err := os.Open(filepath.Join(folder, "x.json"))
	require.NoError(t, err)
	report, err := bench.ReadReport(file)
	require.NoError(t, errors.Join(err, file.Close()))
	require.Equal(t, "device", report.Table)
	require.Equal(t, "keymill-gpu -quick", report.Command)
	require.NotEmpty(t, report.Commit)
	_, err = time.Parse(time.RFC3339, report.Date)
	require.NoError(t, err)
	require.Contains(t, report.Notes, "50 checks of the conformance suite passed: keys copied, memory shared, keys resident")
	require.Equal(t, "xxh64 placed from the host", report.Rows[1].Name)
	require.Equal(t, "cespare/xxhash and fastrange", report.Rows[1].Peer)
}

func TestFileNames(t *testing.T) {
	taken := map[string]bool{}
	day := `^20\d\d-\d\d-\d\d-`
	for i, want := range []string{"nvidia-h100-80gb-hbm3", "nvidia-h100-80gb-hbm3-1", "amd-radeon-tm-780m", "device"} {
		name := []string{"NVIDIA H100 80GB HBM3", "NVIDIA H100 80GB HBM3", "../AMD Radeon(TM) 780M ", "é/"}[i]
		require.Regexp(t, day+want+`\.json$`, fileName(opencl.DeviceInfo{Index: i, Name: name}, taken))
	}
}

func TestConfig(t *testing.T) {
	require.Equal(t, quickRounds, (&options{quick: true}).config(0).Rounds)
	require.Equal(t, 7, (&options{quick: true, rounds: 7}).config(0).Rounds)
	require.Zero(t, (&options{}).config(3).Rounds)
	require.Equal(t, "opencl:3", (&options{}).config(3).Backend)
}
