package opencl

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLikely(t *testing.T) {
	dir := t.TempDir()
	patterns := []string{filepath.Join(dir, "kfd"), filepath.Join(dir, "nvidia[0-9]*")}
	require.False(t, anyOf(patterns))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "nvidiactl"), nil, 0o600))
	require.False(t, anyOf(patterns), "the driver is there, but no GPU")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "nvidia0"), nil, 0o600))
	require.True(t, anyOf(patterns))
	for _, p := range deviceFiles {
		_, err := filepath.Match(p, "")
		require.NoError(t, err)
	}
}
