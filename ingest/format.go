package ingest

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/keymill/keymill/internal/nearest"
)

// Format is how the rows of an input are written.
type Format string

// The formats.
const (
	// FormatAuto goes by the name: .tsv, also before .gz or .zst, is
	// FormatTSV, all else FormatLines.
	FormatAuto Format = "auto"

	// FormatLines: each line is a key, without its \n or \r\n; an empty line
	// is the empty key; a last line without \n counts. There are no values.
	FormatLines Format = "lines"

	// FormatTSV: the first column is the key, the second the value, the rest
	// is ignored. Nothing is quoted, and there is no header.
	FormatTSV Format = "tsv"

	// FormatTree: the input is a folder, and each file below it is a row: the
	// key is its path below the folder, with slashes, the value its contents.
	FormatTree Format = "tree"
)

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, error) {
	names := []string{string(FormatAuto), string(FormatLines), string(FormatTSV), string(FormatTree)}
	for _, known := range names {
		if name == known {
			return Format(name), nil
		}
	}
	return "", nearest.Unknown("format", name, names)
}

// formatOf returns the format that a file's name calls for. Names that promise
// another format are refused, since its lines would not be its keys.
func formatOf(name string) (Format, error) {
	base := strings.ToLower(name)
	for _, suffix := range []string{".gz", ".zst"} {
		base = strings.TrimSuffix(base, suffix)
	}
	switch ext := filepath.Ext(base); ext {
	case ".tsv":
		return FormatTSV, nil
	case ".csv", ".json", ".ndjson", ".jsonl", ".parquet", ".arrow", ".arrows", ".feather", ".avro", ".orc":
		return "", fmt.Errorf("%s: this version does not read %s files; --format lines takes each line for a key", name, ext[1:])
	}
	return FormatLines, nil
}

// KeyEncoding is how keys are written in the input, so that any bytes can
// travel as text.
type KeyEncoding string

// The encodings.
const (
	KeyRaw    KeyEncoding = "raw"    // the key itself
	KeyHex    KeyEncoding = "hex"    // two hex digits a byte, in either case
	KeyBase64 KeyEncoding = "base64" // the standard alphabet, with padding; one text for a key, not two
)

// ParseKeyEncoding returns the encoding of that name.
func ParseKeyEncoding(name string) (KeyEncoding, error) {
	names := []string{string(KeyRaw), string(KeyHex), string(KeyBase64)}
	for _, known := range names {
		if name == known {
			return KeyEncoding(name), nil
		}
	}
	return "", nearest.Unknown("key encoding", name, names)
}

// decode appends the key that the text stands for to dst, or says why it
// stands for none; dst is then as it was.
func (e KeyEncoding) decode(dst, text []byte) ([]byte, error) {
	switch e {
	case KeyHex:
		out, err := hex.AppendDecode(dst, text)
		var bad hex.InvalidByteError
		switch {
		case errors.As(err, &bad):
			return dst, fmt.Errorf("the key is not hex: %q is no digit", byte(bad))
		case err != nil:
			return dst, fmt.Errorf("the key is not hex: it has %d digits, an odd number", len(text))
		}
		return out, nil
	case KeyBase64:
		out, err := base64.StdEncoding.Strict().AppendDecode(dst, text)
		var bad base64.CorruptInputError
		if errors.As(err, &bad) {
			return dst, fmt.Errorf("the key is not base64: it is wrong from its byte %d on", int64(bad))
		}
		return out, nil
	}
	return append(dst, text...), nil
}
