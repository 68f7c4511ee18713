//go:build nvml && linux && cgo

package main

import (
	"debug/elf"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// go-nvml lets the linker pass over every C symbol that is missing, ours too; a
// call of one would end the process. So none but NVML's may be missing.
func TestOnlyNVMLIsMissing(t *testing.T) {
	file, err := elf.Open(os.Args[0])
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	symbols, err := file.DynamicSymbols()
	require.NoError(t, err)
	var missing []string
	versions := false
	for _, s := range symbols {
		versions = versions || s.Version != ""
		// What a library has when the program is linked has a version, with glibc.
		if s.Section == elf.SHN_UNDEF && s.Version == "" && elf.ST_BIND(s.Info) == elf.STB_GLOBAL {
			missing = append(missing, s.Name)
		}
	}
	if !versions {
		return // another C library: this says nothing
	}
	require.Contains(t, missing, "nvmlInit_v2")
	for _, name := range missing {
		require.True(t, strings.HasPrefix(name, "nvml"), "%s is defined nowhere", name)
	}
}

// A program with the tag starts without NVML, and says that it is not there.
func TestDevicesWithNVML(t *testing.T) {
	out, err := process(t, "devices", "--json").Output()
	require.NoError(t, err)
	m := devicesJSON(t, string(out))
	require.NotContains(t, m.NVML.Problem, "-tags nvml")
	text, err := process(t, "devices").Output()
	require.NoError(t, err)
	if m.NVML.Problem != "" {
		require.Regexp(t, `(?m)^nvml +not asked: `+strings.TrimPrefix(m.NVML.Problem, "NVML: "), string(text))
	}
	for _, g := range m.NVML.GPUs {
		require.Contains(t, string(text), g.Name)
	}
}
