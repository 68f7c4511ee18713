package hash

// SumCephRJenkins is Ceph's hash of the names of objects, ceph_str_hash_rjenkins:
// Bob Jenkins' hash of 1996 ("lookup2") from start value 0.
//
// Its output never changes. Source: ceph src/common/ceph_hash.cc. Checked against
// libceph-common (testdata/ceph.tsv).
func SumCephRJenkins(key []byte) uint32 {
	const golden = 0x9e3779b9
	n := uint32(len(key))
	a, b, c := uint32(golden), uint32(golden), uint32(0)
	for ; len(key) >= 12; key = key[12:] {
		a, b, c = rjenkinsMix(a+le32(key), b+le32(key[4:]), c+le32(key[8:]))
	}
	var tail [12]byte // from the 9th byte on one place further up: the low byte of c is the length's
	copy(tail[:8], key)
	copy(tail[9:], key[min(8, len(key)):])
	_, _, c = rjenkinsMix(a+le32(tail[:]), b+le32(tail[4:]), c+n+le32(tail[8:]))
	return c
}

func rjenkinsMix(a, b, c uint32) (uint32, uint32, uint32) {
	for _, by := range [...][3]int{{13, 8, 13}, {12, 16, 5}, {3, 10, 15}} {
		a = (a - b - c) ^ c>>by[0]
		b = (b - c - a) ^ a<<by[1]
		c = (c - a - b) ^ b>>by[2]
	}
	return a, b, c
}
