package hash

// The generator polynomials. Those of the 32-bit CRCs are written bit-reversed,
// since they shift right.
const (
	polyIEEE       = 0xedb88320
	polyCastagnoli = 0x82f63b78
	polyXMODEM     = 0x1021
)

var (
	tableCRC32  = reflectedTable(polyIEEE)
	tableCRC32C = reflectedTable(polyCastagnoli)
	tableCRC16  = xmodemTable()
)

// SumCRC32 is CRC-32 (IEEE 802.3: gzip, zip, zlib): librdkafka's `consistent`
// partitioners place by it. A checksum, not a good hash.
//
// Its output never changes. Checked against the standard library's hash/crc32.
func SumCRC32(key []byte) uint32 { return reflectedCRC(&tableCRC32, key) }

// SumCRC32C is CRC-32C (Castagnoli: iSCSI, ext4, the SSE4.2 instruction). A
// checksum, not a good hash.
//
// Its output never changes. Checked against the standard library's hash/crc32.
func SumCRC32C(key []byte) uint32 { return reflectedCRC(&tableCRC32C, key) }

// SumCRC16 is CRC-16/XMODEM (polynomial 0x1021, initial value 0, nothing
// reflected), by which Redis and Valkey Cluster choose the slot.
//
// Its output never changes. Checked against Jedis (testdata/golden.tsv) and
// the slots that a real server answers.
func SumCRC16(key []byte) uint16 {
	crc := uint16(0)
	for _, c := range key {
		crc = crc<<8 ^ tableCRC16[byte(crc>>8)^c]
	}
	return crc
}

func reflectedCRC(table *[256]uint32, key []byte) uint32 {
	crc := ^uint32(0)
	for _, c := range key {
		crc = crc>>8 ^ table[byte(crc)^c]
	}
	return ^crc
}

// reflectedTable[c] is what eight bit steps make of the byte c.
func reflectedTable(poly uint32) (table [256]uint32) {
	for i := range table {
		crc := uint32(i)
		for range 8 {
			crc = crc>>1 ^ poly*(crc&1)
		}
		table[i] = crc
	}
	return table
}

func xmodemTable() (table [256]uint16) {
	for i := range table {
		crc := uint16(i) << 8
		for range 8 {
			crc = crc<<1 ^ polyXMODEM*(crc>>15)
		}
		table[i] = crc
	}
	return table
}
