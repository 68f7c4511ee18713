// Package nearest finds the known name that a mistyped one was meant to be.
package nearest

import (
	"fmt"
	"strings"
)

// UnknownError says that a name is none of those that are known.
type UnknownError struct {
	Kind    string   // what the name should be of: "hash", "scheme"
	Name    string   // what was asked for
	Nearest string   // the closest known name, or "" if none is close
	Known   []string // all names
}

// Unknown returns the error for a name that is not known.
func Unknown(kind, name string, known []string) *UnknownError {
	return &UnknownError{kind, name, Of(name, known), known}
}

func (e *UnknownError) Error() string {
	if e.Nearest != "" {
		return fmt.Sprintf("unknown %s %q: did you mean %q?", e.Kind, e.Name, e.Nearest)
	}
	return fmt.Sprintf("unknown %s %q: use one of %s", e.Kind, e.Name, strings.Join(e.Known, ", "))
}

// Of returns the name in names with the fewest edits (insert, delete, replace, swap)
// from word, ignoring case; a name that holds the whole word, as "fastrange"
// holds "fast", counts as one edit away. It returns "" if nothing is close: more
// than half of the letters would have to change.
func Of(word string, names []string) string {
	word = strings.ToLower(word)
	best, bestEdits := "", len(word)/2+1
	for _, name := range names {
		lower := strings.ToLower(name)
		edits := distance(word, lower)
		if len(word) >= 3 && strings.Contains(lower, word) {
			edits = min(edits, 1)
		}
		if edits < bestEdits {
			best, bestEdits = name, edits
		}
	}
	return best
}

// distance counts the edits between two strings, byte by byte: the Levenshtein
// distance, but two neighbours that changed places are one edit (optimal string
// alignment).
func distance(a, b string) int {
	// rows[k][j]: edits from the first i+1-k bytes of a to the first j of b.
	var rows [3][]int
	for k := range rows {
		rows[k] = make([]int, len(b)+1)
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := range len(a) {
		rows[2], rows[1], rows[0] = rows[1], rows[0], rows[2]
		row, before := rows[0], rows[1]
		row[0] = i + 1
		for j := range len(b) {
			replace := before[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, before[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], rows[2][j-1]+1)
			}
		}
	}
	return rows[0][len(b)]
}
