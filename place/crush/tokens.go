package crush

import (
	"fmt"
	"strconv"
)

// tokens reads the words of a map: names, numbers and brackets. The first error
// stays, and from then on there is nothing to read.
type tokens struct {
	rest []byte
	line int // of what next returned
	at   int // of the beginning of rest
	err  error
}

const delimiters = " \t\r\n#{}[]"

func isDelimiter(c byte) bool {
	for i := range len(delimiters) {
		if delimiters[i] == c {
			return true
		}
	}
	return false
}

// skip drops blanks and comments, which end with their line.
func (t *tokens) skip() {
	comment := false
	for ; len(t.rest) > 0; t.rest = t.rest[1:] {
		switch c := t.rest[0]; {
		case c == '\n':
			comment = false
			t.at++
		case comment, c == ' ', c == '\t', c == '\r':
		case c == '#':
			comment = true
		default:
			return
		}
	}
}

// peek returns the next word, or "" at the end.
func (t *tokens) peek() string {
	if t.err != nil {
		return ""
	}
	t.skip()
	if len(t.rest) == 0 {
		return ""
	}
	n := 1
	if !isDelimiter(t.rest[0]) {
		for n < len(t.rest) && !isDelimiter(t.rest[n]) {
			n++
		}
	}
	return string(t.rest[:n])
}

// next returns the next word and goes on behind it.
func (t *tokens) next() string {
	word := t.peek()
	t.line = t.at
	t.rest = t.rest[len(word):]
	return word
}

// fail says what is wrong in the line of the last word.
func (t *tokens) fail(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf("line %d: "+format, append([]any{t.line}, args...)...)
	}
}

// accept goes on behind the next word if it is that one.
func (t *tokens) accept(word string) bool {
	if t.peek() != word {
		return false
	}
	t.next()
	return true
}

// expect reads a word that has to stand here.
func (t *tokens) expect(word, of string) {
	if got := t.next(); got != word {
		t.fail("%s in place of the %q of %s", shown(got), word, of)
	}
}

// shown is a word as messages have it.
func shown(word string) string {
	if word == "" {
		return "the end of the map"
	}
	if len(word) > 60 {
		word = word[:60] + "..."
	}
	return strconv.Quote(word)
}

// name reads what something is called.
func (t *tokens) name(of string) string {
	word := t.next()
	for i := range len(word) {
		c := word[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~' {
			continue
		}
		t.fail("%s is no name of %s: they have letters, digits, and - _ . ~", shown(word), of)
		return ""
	}
	if word == "" {
		t.fail("the map ends where the name of %s stands", of)
	}
	return word
}

// number reads an integer of that range.
func (t *tokens) number(of string, least, most int64) int64 {
	word := t.next()
	n, err := strconv.ParseInt(word, 10, 64)
	if t.err == nil && (err != nil || n < least || n > most) {
		t.fail("%s as %s: it is a number from %d to %d", shown(word), of, least, most)
		return 0
	}
	return n
}

// weight reads a weight, 1.000, and returns it in 16.16. Like crushtool, it rounds to
// single precision first.
func (t *tokens) weight(of string) uint32 {
	word := t.next()
	w, err := strconv.ParseFloat(word, 32)
	for i := range len(word) {
		if c := word[i]; (c < '0' || c > '9') && c != '.' && c != 'e' && c != '-' && c != '+' {
			err = strconv.ErrSyntax // such as NaN, or hexadecimal
		}
	}
	if scaled := w * In; t.err == nil && (err != nil || !(scaled >= 0 && scaled < 1<<32)) {
		t.fail("%s as weight of %s: it is a number from 0 to 65535, such as 1.000", shown(word), of)
		return 0
	}
	return uint32(w * In)
}
