package hash

// The polynomial 31*h + value, which Java's collections hash by. Three systems
// differ in what the values are: they agree on ASCII text, and nowhere else.
// Each value waits for the one before, and short keys reach few of the 32 bits.

// SumJava31 takes bytes as signed: Hive's bucketing version 1
// (ObjectInspectorUtils.hashCode of strings). Java's Arrays.hashCode of a
// byte[] starts from 1 and not, as here, from 0.
//
// Its output never changes. Checked against the JDK (testdata/golden.tsv) and
// vectors of Hive.
func SumJava31(key []byte) uint32 {
	h := uint32(0)
	for _, c := range key {
		h = 31*h + uint32(int8(c))
	}
	return h
}

// SumJava31Unsigned takes bytes as they are: the JavaStringHash of Pulsar's Go
// client.
//
// Its output never changes. Checked against the JDK (testdata/golden.tsv) and
// vectors of Pulsar's Go client.
func SumJava31Unsigned(key []byte) uint32 {
	h := uint32(0)
	for _, c := range key {
		h = 31*h + uint32(c)
	}
	return h
}

// SumJava31UTF16 takes pairs of bytes as little-endian 16-bit units: Java's
// String.hashCode of a key in UTF-16LE, which Pulsar's Java client places by.
// The last byte of a key of odd length is a unit by itself.
//
// Its output never changes. Checked against the JDK (testdata/golden.tsv).
func SumJava31UTF16(key []byte) uint32 {
	h := uint32(0)
	for ; len(key) >= 2; key = key[2:] {
		h = 31*h + (uint32(key[0]) | uint32(key[1])<<8)
	}
	if len(key) == 1 {
		h = 31*h + uint32(key[0])
	}
	return h
}
