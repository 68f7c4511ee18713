package nodes

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/keymill/keymill/internal/nearest"
)

// maxLine is the longest line of a file of nodes: room for tens of thousands of
// tokens or partitions.
const maxLine = 1 << 20

// Read reads a list of nodes, one a line:
//
//	NAME [weight=W] [rack=R] [partitions=0-99,150] [token=T,T...]
//
// with blanks or tabs between. A weight is a number from 1 up, 1 by default.
// Partitions are numbers and ranges; "partitions=" alone says that the node has
// none. Tokens are signed numbers of 64 bits. Lines that are empty are nothing,
// nor is what follows a # at the beginning of a word. Errors begin with the name of
// the file and the line.
func Read(from io.Reader, file string) ([]Node, error) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxLine)
	var list []Node
	first := map[string]int{}
	number := 0
	for lines.Scan() {
		number++
		words := wordsOf(lines.Text())
		if len(words) == 0 {
			continue
		}
		node, err := nodeOf(words)
		if other, doubled := first[node.Name]; doubled && err == nil {
			err = fmt.Errorf("%s is there already, in line %d: each node is there once", node.Name, other)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, number, err)
		}
		first[node.Name] = number
		list = append(list, node)
	}
	if err := lines.Err(); err == bufio.ErrTooLong {
		return nil, fmt.Errorf("%s:%d: the line is longer than %d bytes: a node takes one line", file, number+1, maxLine)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: it has no node: each is a line that begins with its name", file)
	}
	return list, nil
}

// wordsOf splits a line and leaves its comment out.
func wordsOf(line string) []string {
	words := strings.Fields(line)
	for i, word := range words {
		if word[0] == '#' {
			return words[:i]
		}
	}
	return words
}

var attributes = []string{"weight", "rack", "partitions", "token"}

func nodeOf(words []string) (Node, error) {
	node := Node{}
	node.Name = words[0]
	if !printable(node.Name) {
		return Node{}, fmt.Errorf("the name %q has characters that do not print, or is no UTF-8", node.Name)
	}
	if name, _, attribute := strings.Cut(node.Name, "="); attribute && nearest.Of(name, attributes) == name {
		return Node{}, fmt.Errorf("the line begins with %q: the name comes first", node.Name)
	}
	seen := map[string]bool{}
	for _, word := range words[1:] {
		name, value, found := strings.Cut(word, "=")
		if !found {
			return Node{}, fmt.Errorf("%q is no attribute: they are written weight=W rack=R partitions=0-99,150 token=T", word)
		}
		if seen[name] {
			return Node{}, fmt.Errorf("%s= is there twice: separate several values by commas", name)
		}
		seen[name] = true
		if err := node.set(name, value); err != nil {
			return Node{}, err
		}
	}
	return node, nil
}

func printable(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

func (n *Node) set(name, value string) error {
	switch name {
	case "weight":
		w, err := strconv.ParseUint(value, 10, 32)
		if err != nil || w == 0 {
			return fmt.Errorf("weight=%s: it is a number from 1 to %d; leave a node out that shall have nothing", value, uint32(math.MaxUint32))
		}
		n.Weight = uint32(w)
	case "rack":
		if value == "" || !printable(value) {
			return fmt.Errorf("rack=%q: a name that prints", value)
		}
		n.Rack = value
	case "partitions":
		n.Partitions = []Range{}
		if value == "" {
			return nil
		}
		for _, text := range strings.Split(value, ",") {
			r, ok := rangeOf(text)
			if !ok {
				return fmt.Errorf("partitions=: %q is neither a number nor a range such as 0-99", text)
			}
			n.Partitions = append(n.Partitions, r)
		}
	case "token":
		for _, text := range strings.Split(value, ",") {
			token, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return fmt.Errorf("token=: %q is no signed number of 64 bits", text)
			}
			n.Tokens = append(n.Tokens, token)
		}
	default:
		return nearest.Unknown("attribute", name, attributes)
	}
	return nil
}

func rangeOf(text string) (Range, bool) {
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	first, err := strconv.ParseUint(from, 10, 32)
	last, err2 := strconv.ParseUint(to, 10, 32)
	return Range{uint32(first), uint32(last)}, err == nil && err2 == nil && first <= last
}
