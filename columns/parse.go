package columns

import "math"

// parseDecimal reads a decimal; digits behind the scale must be 0.
func parseDecimal(text []byte, precision, scale uint8) (v long, ok bool) {
	negative := false
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		negative, text = text[0] == '-', text[1:]
	}
	digits, after, point := 0, 0, false
	for _, c := range text {
		switch {
		case c == '.' && !point:
			point = true
			continue
		case c < '0' || c > '9':
			return long{}, false
		}
		digits++
		if point && after == int(scale) {
			if c != '0' {
				return long{}, false
			}
			continue
		}
		if point {
			after++
		}
		var overflow bool
		if v, overflow = v.muladd(10, uint64(c-'0')); overflow {
			return long{}, false
		}
	}
	for ; after < int(scale); after++ {
		var overflow bool
		if v, overflow = v.muladd(10, 0); overflow {
			return long{}, false
		}
	}
	if digits == 0 || !v.less(pow10Long(precision)) {
		return long{}, false
	}
	if negative {
		v = v.neg()
	}
	return v, true
}

// number reads n digits at the beginning of text.
func number(text []byte, n int) (v int64, rest []byte, ok bool) {
	if len(text) < n {
		return 0, text, false
	}
	for _, c := range text[:n] {
		if c < '0' || c > '9' {
			return 0, text, false
		}
		v = 10*v + int64(c-'0')
	}
	return v, text[n:], true
}

// fields reads numbers of those widths, separated by a byte.
func fields(text []byte, separator byte, widths ...int) (v [3]int64, rest []byte, ok bool) {
	for i, width := range widths {
		if i > 0 {
			if len(text) == 0 || text[0] != separator {
				return v, text, false
			}
			text = text[1:]
		}
		if v[i], text, ok = number(text, width); !ok {
			return v, text, false
		}
	}
	return v, text, true
}

// parseDate reads 2026-11-23, as days since 1970-01-01.
func parseDate(text []byte) (days int64, ok bool) {
	days, rest, ok := datePart(text)
	return days, ok && len(rest) == 0
}

func datePart(text []byte) (days int64, rest []byte, ok bool) {
	v, rest, ok := fields(text, '-', 4, 2, 2)
	year, month, day := v[0], v[1], v[2]
	if !ok || year == 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, rest, false
	}
	return daysSince1970(year, month, day), rest, true
}

func daysIn(year, month int64) int64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts years from March, so that the leap day is the last of a
// year: then the days before a month are a straight line, rounded.
func daysSince1970(year, month, day int64) int64 {
	if month <= 2 {
		year, month = year-1, month+12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468
}

// clockPart reads 15:04:05 and a fraction of up to 9 digits, as nanoseconds.
func clockPart(text []byte) (nanos int64, rest []byte, ok bool) {
	v, rest, ok := fields(text, ':', 2, 2, 2)
	if !ok || v[0] > 23 || v[1] > 59 || v[2] > 59 {
		return 0, rest, false
	}
	nanos = (v[0]*3600 + v[1]*60 + v[2]) * 1e9
	if len(rest) == 0 || rest[0] != '.' {
		return nanos, rest, true
	}
	rest = rest[1:]
	unit := int64(1e8)
	digits := 0
	for ; len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9'; rest = rest[1:] {
		if unit == 0 && rest[0] != '0' {
			return 0, rest, false
		}
		nanos += int64(rest[0]-'0') * unit
		unit /= 10
		digits++
	}
	return nanos, rest, digits > 0
}

// parseTime reads a time of day, as microseconds.
func parseTime(text []byte) (micros int64, ok bool) {
	nanos, rest, ok := clockPart(text)
	return nanos / 1000, ok && len(rest) == 0 && nanos%1000 == 0
}

// parseTimestamp reads a date and a time, or a number, in units of so many
// nanoseconds since 1970.
func parseTimestamp(text []byte, unit int64) (v int64, ok bool) {
	if isWhole(text) {
		return parseInt(text)
	}
	days, rest, ok := datePart(text)
	if !ok || len(rest) == 0 || rest[0] != 'T' && rest[0] != 't' && rest[0] != ' ' {
		return 0, false
	}
	nanos, rest, ok := clockPart(rest[1:])
	if !ok || nanos%unit != 0 {
		return 0, false
	}
	east, ok := zonePart(rest)
	if !ok {
		return 0, false
	}
	seconds := days*86400 - east
	perSecond := 1_000_000_000 / unit
	if seconds > math.MaxInt64/perSecond-86400 || seconds < math.MinInt64/perSecond {
		return 0, false
	}
	return seconds*perSecond + nanos/unit, true
}

// isWhole reports whether text is a sign, perhaps, and digits.
func isWhole(text []byte) bool {
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		text = text[1:]
	}
	_, rest, ok := number(text, len(text))
	return ok && len(rest) == 0
}

// zonePart reads Z, +01:00, +0100, +01 or nothing, as seconds east of Greenwich.
func zonePart(text []byte) (seconds int64, ok bool) {
	if len(text) == 0 || len(text) == 1 && (text[0] == 'Z' || text[0] == 'z') {
		return 0, true
	}
	sign := int64(1)
	switch text[0] {
	case '+':
	case '-':
		sign = -1
	default:
		return 0, false
	}
	hours, rest, ok := number(text[1:], 2)
	minutes := int64(0)
	if ok && len(rest) > 0 {
		if rest[0] == ':' {
			rest = rest[1:]
		}
		minutes, rest, ok = number(rest, 2)
	}
	if !ok || len(rest) > 0 || hours > 23 || minutes > 59 {
		return 0, false
	}
	return sign * (hours*3600 + minutes*60), true
}
