package main

import (
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"
)

// appendJSONKey appends a key as a member of a JSON object: "key" with its
// text, or "key_base64" with its bytes if they are no UTF-8.
func appendJSONKey(out, key []byte) []byte {
	if !utf8.Valid(key) {
		out = append(out, `"key_base64":"`...)
		out = base64.StdEncoding.AppendEncode(out, key)
		return append(out, '"')
	}
	out = append(out, `"key":`...)
	if plain(key) {
		out = append(out, '"')
		out = append(out, key...)
		return append(out, '"')
	}
	text, err := json.Marshal(string(key))
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return append(out, text...)
}

// plain says whether JSON writes the text as it is.
func plain(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}
