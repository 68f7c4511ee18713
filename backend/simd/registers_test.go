package simd

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The generator takes registers 16 to 31, which only AVX-512 has, without a word
// where a kernel runs short of others; such a kernel would fault on a processor
// without, and no test on one with it would tell. Files for AVX-512 end in z.
func TestKernelsForAVX2HaveNoOtherRegisters(t *testing.T) {
	files, err := filepath.Glob("*_amd64.s")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	beyond := regexp.MustCompile(`\b(Z\d+|[XY](1[6-9]|2\d|3[01])|K[0-7]|VMOVDQ[AU](8|16|32|64)|VP(AND|ANDN|OR|XOR|ROL|ROR|TERNLOG|MULL)[QD]?Q|VP(ROL|ROR)D|V\w+[FI](32|64)X\d)\b`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if !strings.HasSuffix(file, "z_amd64.s") {
			require.NotRegexp(t, beyond, string(text), file)
		}
		for i, line := range strings.Split(string(text), "\n") { // 100 ns each
			require.NotRegexp(t, `^\s(MOVQ|MOVD|MOVOU|MOVUPS|PXOR|PSHUFB)\s.*\bX\d+\b`, line, "%s:%d: an instruction without VEX", file, i+1)
		}
	}
}
