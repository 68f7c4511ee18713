package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAmounts(t *testing.T) {
	for text, want := range map[string]string{
		"1": "1", "12345": "12345", "1.5k": "1500", "0.1": "1/10", "2K": "2000", "3M": "3000000", "4G": "4000000000", "5T": "5000000000000",
		"400GB": "400000000000", "400 GB": "400000000000", "2 GiB": "2147483648", "1.5KiB": "1536", "7B": "7", "1e3": "1000", "1e3k": "1000000",
		"3PB": "3000000000000000", "1PiB": "1125899906842624",
	} {
		amount, bytes, err := parseAmount(text)
		require.NoError(t, err, text)
		require.Equal(t, want, amount.RatString(), text)
		require.Equal(t, text[len(text)-1] == 'B', bytes, text)
	}
	for _, text := range []string{"", "B", "GB", "-1", "0", "0.0GB", "1/2", "x", "1x", "0x10", "1_000", "1e999999999", "12 34", "nan", "inf", "1p3", "∞"} {
		_, _, err := parseAmount(text)
		require.ErrorIs(t, err, errAmount, text)
	}
}
