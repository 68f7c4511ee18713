package bench

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/internal/nearest"
)

// Workload is a column of keys of one kind, cut into batches of equal length.
type Workload struct {
	Name    string
	Batches []keymill.Batch
	Keys    int // of each batch
	Bytes   int // of all keys together
}

// PerKey returns the mean length of a key in bytes.
func (w *Workload) PerKey() float64 { return float64(w.Bytes) / float64(w.Keys*len(w.Batches)) }

// Families are the kinds of keys that [NewWorkload] makes, in words for users.
// Keys are drawn from so many that no branch predictor learns them: of 131,072
// keys or more, 32,768 or more are distinct, whatever the family. (Of the very
// shortest keys there are fewer than that, and of others a few come twice.)
const Families = `fixedN        N random bytes, in a batch of fixed width (fixed16)
asciiN        N random letters and digits, in a batch of fixed width (ascii16)
uniformA-B    random bytes, each length from A to B as often (uniform1-32)
zipfA-B       random bytes, length A+k with a probability in proportion to 1/(k+1) (zipf8-256)
user          user:%d, to 100,000,000
order         order:%d, counted up
uuid          random UUIDs as text
url           https://host/path/id, 35 to 80 bytes
paths         real paths of files: the first column of the file of --paths`

// minKeys is the least number of distinct keys a workload needs.
const minKeys = 1 << 15

// WorkloadConfig says how large a workload is.
type WorkloadConfig struct {
	Keys    int    // of each batch
	Batches int    // of equal length
	Seed    uint64 // the same seed makes the same keys, on every machine
	Paths   string // for the family "paths": a file with a key a line, up to the first tab
}

// NewWorkload makes the keys of a family by its name; see [Families].
func NewWorkload(family string, c WorkloadConfig) (*Workload, error) {
	if c.Keys < 1 || c.Batches < 1 || c.Keys*c.Batches < minKeys {
		return nil, fmt.Errorf("a workload of %d batches of %d keys: it needs %d keys or more, or branch predictors learn it", c.Batches, c.Keys, minKeys)
	}
	w := &Workload{Name: family, Keys: c.Keys}
	rng := rand.New(rand.NewPCG(c.Seed, 0x6b65796d696c6c))
	if width, ok := cutNumber(family, "fixed"); ok {
		return w.fixed(rng, width, c.Batches, random)
	}
	if width, ok := cutNumber(family, "ascii"); ok {
		return w.fixed(rng, width, c.Batches, ascii)
	}
	next, err := keysOf(family, rng, c)
	if err != nil {
		return nil, err
	}
	for range c.Batches {
		b := keymill.Batch{Offsets: make([]uint32, 1, c.Keys+1)}
		for range c.Keys {
			if b.Data = next(b.Data); int64(len(b.Data)) > keymill.MaxData {
				return nil, tooLarge(family, c.Keys)
			}
			b.Offsets = append(b.Offsets, uint32(len(b.Data)))
		}
		w.Batches = append(w.Batches, b)
		w.Bytes += len(b.Data)
	}
	return w, nil
}

func (w *Workload) fixed(rng *rand.Rand, width, batches int, fill func([]byte, *rand.Rand, int) []byte) (*Workload, error) {
	if width < 3 {
		return nil, fmt.Errorf("workload %s: so few bytes have too few values: take 3 or more", w.Name)
	}
	if int64(w.Keys)*int64(width) > keymill.MaxData {
		return nil, tooLarge(w.Name, w.Keys)
	}
	for range batches {
		b := keymill.Batch{Data: make([]byte, 0, w.Keys*width), Width: width}
		b.Data = fill(b.Data, rng, w.Keys*width)
		w.Batches = append(w.Batches, b)
		w.Bytes += len(b.Data)
	}
	return w, nil
}

func tooLarge(family string, keys int) error {
	return fmt.Errorf("workload %s: %d keys a batch are more than 4 GiB of keys: take fewer", family, keys)
}

// checkFamily says whether there is such a family. Whether the file of paths is
// there, is seen when it is read.
func checkFamily(family string) error {
	for _, prefix := range []string{"fixed", "ascii"} {
		if width, ok := cutNumber(family, prefix); ok {
			_, err := (&Workload{Name: family}).fixed(nil, width, 0, nil)
			return err
		}
	}
	if family == "paths" {
		return nil
	}
	_, err := keysOf(family, nil, WorkloadConfig{})
	return err
}

// keysOf returns a function that appends the next key of the family.
func keysOf(family string, rng *rand.Rand, c WorkloadConfig) (func([]byte) []byte, error) {
	if low, high, ok := cutRange(family, "uniform"); ok {
		return func(dst []byte) []byte { return random(dst, rng, low+rng.IntN(high-low+1)) }, nil
	}
	if low, high, ok := cutRange(family, "zipf"); ok {
		length := zipf(rng, high-low+1)
		return func(dst []byte) []byte { return random(dst, rng, low+length()) }, nil
	}
	switch family {
	case "user":
		return func(dst []byte) []byte {
			return strconv.AppendInt(append(dst, "user:"...), rng.Int64N(100_000_000), 10)
		}, nil
	case "order":
		i := int64(0)
		return func(dst []byte) []byte {
			i++
			return strconv.AppendInt(append(dst, "order:"...), i, 10)
		}, nil
	case "uuid":
		return func(dst []byte) []byte { return uuid(dst, rng) }, nil
	case "url":
		return func(dst []byte) []byte { return url(dst, rng) }, nil
	case "paths":
		return pathsOf(c)
	}
	return nil, nearest.Unknown("workload", family, []string{"fixed16", "ascii16", "uniform1-32", "zipf8-256", "user", "order", "uuid", "url", "paths"})
}

// cutNumber returns 16 of "fixed16".
func cutNumber(family, prefix string) (n int, ok bool) {
	digits, found := strings.CutPrefix(family, prefix)
	n, err := strconv.Atoi(digits)
	return n, found && err == nil && n > 0 && n <= 1<<20
}

// cutRange returns 1 and 32 of "uniform1-32".
func cutRange(family, prefix string) (low, high int, ok bool) {
	rest, found := strings.CutPrefix(family, prefix)
	a, b, dash := strings.Cut(rest, "-")
	low, errLow := strconv.Atoi(a)
	high, errHigh := strconv.Atoi(b)
	return low, high, found && dash && errLow == nil && errHigh == nil && 0 < low && low <= high && 3 <= high && high <= 1<<20
}

// random appends n random bytes.
func random(dst []byte, rng *rand.Rand, n int) []byte {
	for ; n >= 8; n -= 8 {
		dst = binary.LittleEndian.AppendUint64(dst, rng.Uint64())
	}
	for word := rng.Uint64(); n > 0; n-- {
		dst = append(dst, byte(word))
		word >>= 8
	}
	return dst
}

// ascii appends n random letters and digits.
func ascii(dst []byte, rng *rand.Rand, n int) []byte {
	const characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_" // 64
	for word := uint64(0); n > 0; n-- {
		if word>>6 == 0 {
			word = rng.Uint64() | 1<<63
		}
		dst = append(dst, characters[word&63])
		word >>= 6
	}
	return dst
}

// zipf returns a function that draws k of 0 to n-1 with a probability in
// proportion to 1/(k+1).
func zipf(rng *rand.Rand, n int) func() int {
	sums := make([]float64, n)
	sum := 0.0
	for k := range sums {
		sum += 1 / float64(k+1)
		sums[k] = sum
	}
	return func() int {
		x := rng.Float64() * sum
		// sums grows as a logarithm does; the guess is right but for a few steps.
		k := max(0, min(n-1, int(math.Exp(x-0.5772156649))-1))
		for k > 0 && sums[k-1] > x {
			k--
		}
		for k < n-1 && sums[k] <= x {
			k++
		}
		return k
	}
}

const hexDigits = "0123456789abcdef"

// uuid appends a random UUID, version 4, as text (RFC 9562).
func uuid(dst []byte, rng *rand.Rand) []byte {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], rng.Uint64())
	binary.LittleEndian.PutUint64(b[8:], rng.Uint64())
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}

var (
	hosts    = []string{"example.com", "shop.example.com", "www.example.org", "api.eu.example.net", "img.example.com"}
	sections = []string{"products", "users", "blog/2026/11", "search", "static/assets", "a", "catalogue/new"}
)

// url appends a web address, 35 to 80 bytes long.
func url(dst []byte, rng *rand.Rand) []byte {
	start := len(dst)
	dst = append(append(dst, "https://"...), hosts[rng.IntN(len(hosts))]...)
	dst = append(append(dst, '/'), sections[rng.IntN(len(sections))]...)
	dst = strconv.AppendUint(append(dst, '/'), rng.Uint64N(1<<40), 36)
	for want := start + 35 + rng.IntN(36); len(dst) < want; {
		dst = append(append(dst, '-'), words[rng.IntN(len(words))]...)
	}
	return dst
}

var words = []string{"red", "blue", "large", "cotton", "oak", "steel", "mini", "travel", "kit"}

// maxPaths is how much of a file of paths is read.
const maxPaths = 256 << 20

// pathsOf reads the keys of a file, from the beginning again at its end.
func pathsOf(c WorkloadConfig) (func([]byte) []byte, error) {
	if c.Paths == "" {
		return nil, errors.New("workload paths: no file is given: make one with scripts/dataset.sh, and name it with --paths")
	}
	file, err := os.Open(c.Paths)
	if err != nil {
		return nil, fmt.Errorf("workload paths: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxPaths))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("workload paths: %w", err)
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1] // whole lines
	var keys [][]byte
	distinct := map[string]bool{}
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		key, _, _ := bytes.Cut(line, []byte("\t"))
		if len(key) == 0 {
			continue // such a line has no path
		}
		if keys = append(keys, key); len(distinct) < minKeys {
			distinct[string(key)] = true
		}
	}
	if len(distinct) < minKeys {
		return nil, fmt.Errorf("workload paths: %s has %d paths: it needs %d or more, or branch predictors learn it", c.Paths, len(distinct), minKeys)
	}
	i := -1
	return func(dst []byte) []byte {
		i = (i + 1) % len(keys)
		return append(dst, keys[i]...)
	}, nil
}
