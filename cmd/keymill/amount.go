package main

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// units are what may follow a number, the longer ones of those that end alike first.
var units = []struct {
	name  string
	times int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"PiB", 1 << 50},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"PB", 1e15},
	{"k", 1e3}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"P", 1e15}, {"B", 1}, {"", 1},
}

var errAmount = errors.New("a number above 0, with k, M, G, T or P for thousands, or in bytes kB, GiB and the like")

// parseAmount reads a number such as 1.5M, 400GB or 2 GiB. bytes says whether it is one of bytes.
func parseAmount(text string) (amount *big.Rat, bytes bool, err error) {
	for _, unit := range units {
		digits, found := strings.CutSuffix(strings.TrimSpace(text), unit.name)
		if !found {
			continue
		}
		amount, err := parseDecimal(strings.TrimSpace(digits))
		if err != nil {
			return nil, false, errAmount
		}
		return amount.Mul(amount, big.NewRat(unit.times, 1)), strings.HasSuffix(unit.name, "B"), nil
	}
	return nil, false, errAmount
}

// parseDecimal reads a number above 0, such as 12, 0.75 or 1e9, as it stands.
func parseDecimal(text string) (*big.Rat, error) {
	if len(text) > 40 || strings.ContainsAny(text, "/_xXpPbBoO") {
		return nil, fmt.Errorf("%q is no number", text)
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 && len(text)-at > 4 {
		return nil, fmt.Errorf("%q is no number that counts anything", text)
	}
	x, ok := new(big.Rat).SetString(text)
	if !ok || x.Sign() <= 0 {
		return nil, fmt.Errorf("%q is no number above 0", text)
	}
	return x, nil
}
