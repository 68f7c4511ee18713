// Package vectors holds the conformance vectors that all tests share: keys with
// the hashes and partitions that real systems and libraries of other authors
// computed for them. Each file of testdata names its producer and version; none
// was computed by keymill.
package vectors

import (
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
)

//go:embed testdata/*.json
var files embed.FS

// File is one file of vectors.
type File struct {
	Function       string   `json:"function"`       // what was computed
	Implementation string   `json:"implementation"` // by which program
	Version        string   `json:"version"`
	Vectors        []Vector `json:"vectors"`
}

// Vector is one key with the outputs that were computed for it.
type Vector struct {
	ID     string         `json:"id"`
	KeyHex string         `json:"key_hex"`
	Out    map[string]any `json:"out"` // numbers, 64-bit ones as decimal strings
}

// Load reads the file of that name, such as "kafka_murmur2".
func Load(name string) (*File, error) {
	text, err := files.ReadFile("testdata/" + name + ".json")
	if err != nil {
		return nil, err
	}
	var f File
	if text[0] == '[' { // fx64.json is a plain list
		err = f.unmarshalList(text)
	} else {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		return nil, fmt.Errorf("vectors %s: %w", name, err)
	}
	if len(f.Vectors) == 0 {
		return nil, fmt.Errorf("vectors %s: the file holds none", name)
	}
	return &f, nil
}

func (f *File) unmarshalList(text []byte) error {
	var list []struct {
		Name    string `json:"name"`
		KeyHex  string `json:"key_hex"`
		HashHex string `json:"hash_hex"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	for _, v := range list {
		h, err := strconv.ParseUint(v.HashHex, 16, 64)
		if err != nil {
			return err
		}
		out := map[string]any{"hash": strconv.FormatUint(h, 10)}
		f.Vectors = append(f.Vectors, Vector{ID: v.Name, KeyHex: v.KeyHex, Out: out})
	}
	return nil
}

// Key returns the bytes of the key.
func (v Vector) Key() []byte {
	key, err := hex.DecodeString(v.KeyHex)
	if err != nil {
		panic(fmt.Sprintf("vector %s: %v", v.ID, err)) // the files are part of the program
	}
	return key
}

// Uint returns the named output as its 64-bit pattern: signed outputs keep
// their bits. The bool says whether the vector has that output.
func (v Vector) Uint(name string) (uint64, bool) {
	switch x := v.Out[name].(type) {
	case float64: // only outputs below 2^53 are written as numbers
		return uint64(int64(x)), true
	case string:
		if u, err := strconv.ParseUint(x, 10, 64); err == nil {
			return u, true
		}
		i, err := strconv.ParseInt(x, 10, 64)
		return uint64(i), err == nil
	}
	return 0, false
}
