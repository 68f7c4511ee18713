package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Grouped returns a number with its digits in groups: 1,234,567.
func Grouped[N int | uint64 | int64 | uint32](n N) string { return group(fmt.Sprint(n)) }

func group(digits string) string {
	start := 0
	if strings.HasPrefix(digits, "-") {
		start = 1
	}
	for i := len(digits) - 3; i > start; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Short returns a number in up to four characters and a sign, for the ticks of an axis and the cells of a
// matrix: 950, 1.2k, 12k, 3.4M.
func Short(x float64) string {
	sign := ""
	if x < 0 {
		sign, x = "−", -x
	}
	units := []string{"", "k", "M", "G", "T", "P", "E"}
	i := 0
	for x >= 999.5 && i < len(units)-1 {
		x /= 1000
		i++
	}
	switch {
	case x >= 9.95 || x == math.Trunc(x):
		return sign + strconv.FormatFloat(x, 'f', 0, 64) + units[i]
	case i == 0:
		return sign + strconv.FormatFloat(x, 'g', 2, 64)
	}
	return sign + strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0") + units[i]
}

// Percent returns a share with a sign: +1.3 %, −12 %.
func signedPercent(share float64) string {
	x := 100 * share
	precision := 0
	switch {
	case math.Abs(x) < 0.095:
		precision = 2
	case math.Abs(x) < 9.95:
		precision = 1
	}
	text := group2(strconv.FormatFloat(math.Abs(x), 'f', precision, 64))
	switch {
	case strings.Trim(text, "0.") == "":
		return "0 %"
	case x < 0:
		return "−" + text + " %"
	}
	return "+" + text + " %"
}

// group2 groups the digits before the point.
func group2(number string) string {
	whole, fraction, found := strings.Cut(number, ".")
	if !found {
		return group(whole)
	}
	return group(whole) + "." + fraction
}

// shownKey is how many characters of a key are shown.
const shownKey = 64

// KeyText returns a key as text, whatever its bytes are: as it is if it prints, else quoted; of a
// long one the beginning, and how long it is.
func KeyText(key []byte) string {
	cut := key
	long := false
	if utf8.RuneCount(key) > shownKey {
		long = true
		end := 0
		for range shownKey - 16 {
			_, n := utf8.DecodeRune(key[end:])
			end += n
		}
		cut = key[:end]
	}
	text := string(cut)
	if text == "" || !utf8.Valid(cut) || strings.ContainsFunc(text, unseen) || strings.TrimSpace(text) != text {
		text = strconv.Quote(text)
	}
	if long {
		text += fmt.Sprintf("… (%s bytes)", Grouped(len(key)))
	}
	return text
}

// unseen says that a character of a key has to be escaped, or would be taken for the quotes of one
// that is.
func unseen(r rune) bool { return r == '"' || !unicode.IsPrint(r) }

// escaped returns the escape of a character, read from these bytes, that cannot be seen or
// moves others; "" if it is harmless.
func escaped(r rune, from []byte) string {
	switch {
	case r == utf8.RuneError && len(from) == 1:
		return fmt.Sprintf(`\x%02x`, from[0])
	case r < ' ' || r == 0x7f:
		return fmt.Sprintf(`\x%02x`, r)
	case unicode.IsGraphic(r):
		return ""
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// shorten returns text of no more than about so many units of a drawing, at that size of its font, and whether it
// was cut.
func shorten(text string, width, size float64) (string, bool) {
	if textWidth(text, size) <= width {
		return text, false
	}
	used := textWidth("…", size)
	for i, r := range text {
		if used += runeWidth(r) * size; used > width {
			return text[:i] + "…", true
		}
	}
	return text, false
}

// keyWidth is how wide a key is, in the font of keys, which has characters of one width.
func keyWidth(key string) float64 { return 0.61 * tickSize * float64(utf8.RuneCountInString(key)) }

// textWidth is about how wide a text is. Browsers have different fonts: it is rather too much.
func textWidth(text string, size float64) (width float64) {
	for _, r := range text {
		width += runeWidth(r)
	}
	return width * size
}

// runeWidth is about how wide a character is, for a font of size 1.
func runeWidth(r rune) float64 {
	switch {
	case r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff ||
		r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0x1f000):
		return 1.05
	case strings.ContainsRune("ilj.,:;'|!It ()[]", r):
		return 0.34
	case strings.ContainsRune("mwMW%@—", r):
		return 0.9
	case r >= 'A' && r <= 'Z':
		return 0.68
	}
	return 0.58
}

// trimmed writes a number without zeros at its end.
func trimmed(x float64) string { return strconv.FormatFloat(math.Round(x*1e9)/1e9, 'f', -1, 64) }
