// Package nearest finds the known name that a mistyped one was meant to be.
package nearest

import "strings"

// Of returns the name in names with the fewest edits (insert, delete, replace)
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

// distance is the Levenshtein distance of two strings, byte by byte.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // row[j]: edits from the part of a seen so far to b[:j]
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
