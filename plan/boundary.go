package plan

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Boundary is where a range of keys begins: any bytes. As text, characters of ASCII that print
// stand for themselves, but for \, and all other bytes as \x and two hex digits.
//
// Source: HBase org.apache.hadoop.hbase.util.Bytes, toStringBinary and toBytesBinary, as the lines of a
// SPLITS_FILE are written.
type Boundary []byte

// String returns the boundary as text.
func (b Boundary) String() string {
	var text strings.Builder
	for _, c := range b {
		if c < ' ' || c > '~' || c == '\\' {
			fmt.Fprintf(&text, `\x%02X`, c)
		} else {
			text.WriteByte(c)
		}
	}
	return text.String()
}

// ParseBoundary returns the boundary that the text stands for. A \ that no x follows stands for
// itself.
func ParseBoundary(text string) (Boundary, error) {
	b := Boundary{}
	for {
		before, after, escape := strings.Cut(text, `\x`)
		b = append(b, before...)
		if !escape {
			return b, nil
		}
		var octet [1]byte
		if len(after) < 2 {
			return nil, fmt.Errorf(`\x%s: two hex digits follow \x`, after)
		}
		if _, err := hex.Decode(octet[:], []byte(after[:2])); err != nil {
			return nil, fmt.Errorf(`\x%s: two hex digits follow \x`, after[:2])
		}
		b, text = append(b, octet[0]), after[2:]
	}
}

// boundaryJSON has a boundary in both forms.
type boundaryJSON struct {
	Text string `json:"text"`
	Hex  string `json:"hex"`
}

// MarshalJSON writes {"text":...,"hex":...}.
func (b Boundary) MarshalJSON() ([]byte, error) {
	return json.Marshal(boundaryJSON{b.String(), hex.EncodeToString(b)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (b *Boundary) UnmarshalJSON(text []byte) error {
	var both boundaryJSON
	if err := json.Unmarshal(text, &both); err != nil {
		return err
	}
	octets, err := hex.DecodeString(both.Hex)
	*b = octets
	return err
}
