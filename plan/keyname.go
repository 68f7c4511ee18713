package plan

import (
	"slices"
	"unicode/utf8"
)

// KeyName is a key in a report. In JSON it is "key" if it is UTF-8, else "key_base64".
type KeyName struct {
	Text   *string `json:"key,omitempty"`
	Binary []byte  `json:"key_base64,omitempty"`
}

// NameOf returns the name of a key, whose bytes it copies.
func NameOf(key []byte) KeyName {
	if !utf8.Valid(key) {
		return KeyName{Binary: slices.Clone(key)}
	}
	text := string(key)
	return KeyName{Text: &text}
}

// Bytes returns the key.
func (k KeyName) Bytes() []byte {
	if k.Text != nil {
		return []byte(*k.Text)
	}
	return k.Binary
}
