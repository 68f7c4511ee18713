package ingest

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// skippable returns a zstd frame that decoders pass over. There are 16 kinds,
// by the first byte.
func skippable(first byte, contents string) string {
	frame := append([]byte{first}, zstdSkippable...)
	return string(binary.LittleEndian.AppendUint32(frame, uint32(len(contents)))) + contents
}

func TestSkippableZstdFrames(t *testing.T) {
	rowsAre := func(contents string) {
		rows, rejects, err := rowsOf(t, Options{}, file(t, "x", contents))
		require.NoError(t, err, "%q", contents)
		require.Empty(t, rejects)
		require.Equal(t, []string{"a", "b"}, keys(rows), "%q", contents)
	}
	for first := 0x50; first < 0x60; first++ {
		rowsAre(skippable(byte(first), "note") + zstded(t, "a\nb\n"))
	}
	rowsAre(skippable(0x51, "") + skippable(0x50, "note") + zstded(t, "a\nb\n"))
	rowsAre(skippable(0x52, "1") + zstded(t, "a\n") + skippable(0x5f, "2") + zstded(t, "b\n"))
	rows, _, err := rowsOf(t, Options{}, file(t, "only.zst", skippable(0x50, "note")))
	require.NoError(t, err)
	require.Empty(t, rows)
}

// Text that starts as a compressed file would is text, when it goes on otherwise
// or ends.
func TestTextThatLooksCompressed(t *testing.T) {
	for _, text := range []string{
		"\x1f", "\x1f\x8c", "\x28", "\x28\xb5\x2f", "B", "BZ", "BZip", "\xfd7zX", "\x04\x22\x4d",
		"P", "P*", "P*M", "P*M\x19", "Paul", "\x4f\x2a\x4d\x18", "\x60\x2a\x4d\x18", "\x70\x2a\x4d\x18", "\xd0\x2a\x4d\x18",
	} {
		rows, _, err := rowsOf(t, Options{}, file(t, "x", text))
		require.NoError(t, err, "%q", text)
		require.Equal(t, []string{text}, keys(rows))
	}
}

// A name that promises a compressed file is held to it: one that was cut off
// before its first bytes is not an input without rows, or with a strange one.
func TestCompressedByNameAlone(t *testing.T) {
	for _, name := range []string{"x.gz", "x.TSV.GZ", "x.zst"} {
		for _, contents := range []string{"", "\x1f", "\x28", "k", "text\n"} {
			path := file(t, name, contents)
			rows, _, err := rowsOf(t, Options{Format: FormatLines}, path)
			require.EqualError(t, err, path+": its name says that it is compressed, and its first bytes that it is not: "+
				"it is cut off, or has the wrong name", "%q", contents)
			require.Empty(t, rows)
		}
	}
}

// A wrong checksum is found at the end, when all the lines are there: they are
// handed out, and then the error.
func TestGzipWithAWrongChecksum(t *testing.T) {
	for _, n := range []int{1, 1000, 50_000} { // within a buffer, and in several
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "%040d\n", i)
		}
		want := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
		wrong := []byte(gzipped(t, text.String()))
		wrong[len(wrong)-8] ^= 1
		path := file(t, "x.gz", string(wrong))
		rows, _, err := rowsOf(t, Options{}, path)
		require.ErrorContains(t, err, fmt.Sprintf("%s: after line %d: the gzip stream is damaged, fetch it again: ", path, n))
		require.Equal(t, want, keys(rows))
	}
}

// What follows a gzip member and is none is an error that says so, after the
// rows of the member.
func TestBytesBehindGzip(t *testing.T) {
	good := gzipped(t, "a\nb\n")
	for behind, says := range map[string]string{
		"\x00":          "bytes that are no gzip follow the gzip stream: cut them off",
		"\x1f":          "bytes that are no gzip follow the gzip stream: cut them off",
		"more\n":        "bytes that are no gzip follow the gzip stream: cut them off",
		"\x1f\x8b":      "the gzip stream ends too early: the file is truncated, fetch it again",
		good[:10]:       "the gzip stream ends too early: the file is truncated, fetch it again",
		"\x1f\x8b\xff?": "the gzip stream ",
	} {
		path := file(t, "x.gz", good+behind)
		rows, _, err := rowsOf(t, Options{}, path)
		require.ErrorContains(t, err, path+": after line 2: "+says, "%q", behind)
		require.Equal(t, []string{"a", "b"}, keys(rows))
	}
}
