package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/place"
)

// How many pairs are kept, and how many bytes of them.
const (
	maxPairs     = 20_000
	maxPairBytes = 4 << 20
)

var errEnoughPairs = errors.New("enough pairs are read")

// pairReader takes rows apart: key, tab, partition, or the other way round.
type pairReader struct {
	encoding ingest.KeyEncoding
	null     string
	first    string // a value of --columns
	parts    uint32 // 0 if it is to be found
	types    []columns.Type

	mu       sync.Mutex
	builders []*columns.Builder
	lines    [][]byte
	bytes    int
	good     [2]int // how many lines are good in each order
	more     bool
	rejected int64
}

// The orders of columns.
const (
	keyFirst = iota
	partitionFirst
)

// orders returns those that are possible.
func (r *pairReader) orders() []int {
	switch r.first {
	case "key":
		return []int{keyFirst}
	case "partition":
		return []int{partitionFirst}
	}
	return []int{keyFirst, partitionFirst}
}

// work keeps the lines of a chunk that are pairs in any order, and rejects the others.
func (r *pairReader) work(_ *keymill.Dispatcher, job *ingest.Job) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var bad []ingest.BadRow
	for i := range job.Keys.Len() {
		line := job.Keys.Key(i)
		if r.more = len(r.lines) == maxPairs || r.bytes+len(line) > maxPairBytes && len(r.lines) > 0; r.more {
			return errEnoughPairs
		}
		if err := r.try(line); err != nil {
			bad = append(bad, ingest.BadRow{Row: i, Reason: err.Error()})
			continue
		}
		r.lines = append(r.lines, bytes.Clone(line))
		r.bytes += len(line)
	}
	r.rejected += int64(len(bad) + len(job.Rejects))
	return job.Reject(bad)
}

// try says in which orders a line is a pair, or why in none.
func (r *pairReader) try(line []byte) (first error) {
	good := false
	for _, order := range r.orders() {
		_, err := r.parse(line, order)
		if err == nil {
			r.good[order]++
			good = true
		} else if first == nil {
			first = err
		}
	}
	if good {
		return nil
	}
	return first
}

// pairRow is a row that was taken apart.
type pairRow struct {
	key              []byte
	part             uint32
	unplaced, absent bool
}

// parse takes a line apart, in that order of columns.
func (r *pairReader) parse(line []byte, order int) (row pairRow, err error) {
	key, part, ok := r.cut(line, order)
	if !ok {
		return row, errors.New("no tab: a row is a key, a tab and a partition")
	}
	if row.unplaced = string(part) == "-"; !row.unplaced {
		n, err := strconv.ParseUint(string(part), 10, 32)
		if err != nil || n >= place.MaxParts {
			return row, fmt.Errorf("the partition %.40q is no whole number below 2^31", part)
		}
		row.part = uint32(n)
	}
	if row.absent = len(r.types) > 0 && string(key) == r.null; row.absent {
		return row, nil
	}
	switch r.encoding {
	case ingest.KeyHex:
		if key, err = hex.AppendDecode(nil, key); err != nil {
			return row, fmt.Errorf("the key is not hex: %w", err)
		}
	case ingest.KeyBase64:
		if key, err = base64.StdEncoding.Strict().AppendDecode(nil, key); err != nil {
			return row, fmt.Errorf("the key is not base64: %w", err)
		}
	}
	row.key = key
	return row, r.checkTypes(key)
}

// cut returns the key and the partition of a line. What follows the partition behind a
// key is ignored; behind a partition all is key.
func (r *pairReader) cut(line []byte, order int) (key, part []byte, ok bool) {
	if order == partitionFirst {
		part, key, ok = bytes.Cut(line, []byte{'\t'})
		return key, part, ok
	}
	end := -1
	for range max(len(r.types), 1) {
		tab := bytes.IndexByte(line[end+1:], '\t')
		if tab < 0 {
			return nil, nil, false
		}
		end += 1 + tab
	}
	part, _, _ = bytes.Cut(line[end+1:], []byte{'\t'})
	return line[:end], part, true
}

// checkTypes says whether the key is what --key-type says.
func (r *pairReader) checkTypes(key []byte) error {
	if len(r.types) == 0 {
		return nil
	}
	fields := [][]byte{key}
	if len(r.types) > 1 {
		fields = bytes.Split(key, []byte{'\t'})
	}
	if len(fields) != len(r.types) {
		return fmt.Errorf("the key has %d of the %d columns of --key-type, with tabs between them", len(fields), len(r.types))
	}
	for i, t := range r.types {
		if r.builders == nil {
			r.builders = make([]*columns.Builder, len(r.types))
		}
		if r.builders[i] == nil {
			r.builders[i] = columns.NewBuilder(t)
		}
		r.builders[i].Reset()
		if err := r.builders[i].Append(fields[i]); err != nil {
			return err
		}
	}
	return nil
}

// readPairs are pairs as identify takes them.
type readPairs struct {
	keys  [][]byte
	parts []uint32
	input identifyInput
}

// pairs takes the lines apart in the order of columns that fits them best. It tells what is
// no pair in that order.
func (r *pairReader) pairs(reject func(reason string)) readPairs {
	order, guessed := r.order()
	p := r.read(order, reject)
	p.input.Guessed = guessed
	return p
}

// order returns the order of columns, and whether both columns could be partitions.
func (r *pairReader) order() (order int, guessed bool) {
	switch {
	case r.first == "key", r.first == "auto" && r.good[keyFirst] > r.good[partitionFirst]:
		return keyFirst, false
	case r.first == "partition", r.good[keyFirst] < r.good[partitionFirst]:
		return partitionFirst, false
	}
	// Partitions repeat, and are below their number.
	silent := func(string) {}
	least, best := len(r.lines)+1, keyFirst
	for _, order := range r.orders() {
		p := r.read(order, silent)
		different := map[uint32]bool{}
		for _, part := range p.parts {
			different[part] = true
			if r.parts > 0 && part >= r.parts {
				different = nil
				break
			}
		}
		if different != nil && len(different) < least {
			least, best = len(different), order
		}
	}
	return best, len(r.lines) > 0
}

func (r *pairReader) read(order int, reject func(reason string)) (p readPairs) {
	p.input = identifyInput{Rows: int64(len(r.lines)), First: columnOrders[1+order], Rejected: r.rejected, More: r.more}
	for _, line := range r.lines {
		row, err := r.parse(line, order)
		switch {
		case err != nil:
			if p.input.Rejected++; p.input.Rejected-r.rejected <= maxShownRejects {
				reject(fmt.Sprintf("the row %.80q: %v", line, err))
			}
			p.input.Rows--
		case row.unplaced:
			p.input.Unplaced++
		case row.absent:
			p.input.Absent++
		default:
			p.keys, p.parts = append(p.keys, row.key), append(p.parts, row.part)
		}
	}
	return p
}
