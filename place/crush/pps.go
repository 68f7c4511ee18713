package crush

import "math/bits"

// PPS returns the x by which Ceph places a placement group of a pool: the hash of the
// group, reduced to pgpNum groups that are placed together, and the pool. It is that of
// pools with the flag hashpspool, which all have that were made since 2013.
//
// Source: ceph src/osd/osd_types.cc, pg_pool_t::raw_pg_to_pps.
func PPS(pg, pgpNum uint32, pool int64) uint32 {
	mask := uint32(1)<<bits.Len32(pgpNum-1) - 1
	if group := pg & mask; group < pgpNum {
		return hash2(group, uint32(pool))
	}
	return hash2(pg&(mask>>1), uint32(pool))
}
