package cpu

import "github.com/keymill/keymill/hash"

// fixedOfSystems is runFixed of the functions that single systems use.
func (w *work) fixedOfSystems(dst []uint64, data []byte, width int) bool {
	switch w.loops {
	case hash.Lookup3:
		return lookup3Fixed(dst, data, width, w.seed.Lo)
	case hash.MD5:
		return md5Fixed(dst, data, width)
	case hash.DES:
		return desFixed(dst, data, width)
	case hash.CityHash102:
		return cityFixed(dst, data, width)
	case hash.Java31:
		return java31Fixed(dst, data, width, java31Signed)
	case hash.Java31Unsigned:
		return java31Fixed(dst, data, width, java31Unsigned)
	case hash.Java31UTF16:
		return java31UTF16Fixed(dst, data, width)
	case hash.OneAtATime:
		return oneAtATimeFixed(dst, data, width)
	case hash.XXH32:
		return xxh32Fixed(dst, data, width, uint32(w.seed.Lo))
	case hash.CephRJenkins:
		return rjenkinsFixed(dst, data, width)
	}
	return false
}

// orderOfSystems is hashInOrder of those.
func (w *work) orderOfSystems(dst []uint64, data []byte, keys Spans, order []uint16) {
	switch w.loops {
	case hash.Lookup3:
		lookup3Ragged(dst, data, keys, order, w.seed.Lo)
	case hash.MD5:
		md5Ragged(dst, data, keys, order)
	case hash.DES:
		desRagged(dst, data, keys, order)
	case hash.CityHash102:
		for _, i := range order {
			dst[i] = hash.SumCityHash102(keys.at(data, int(i)))
		}
	case hash.Java31:
		java31Ragged(dst, data, keys, order, java31Signed)
	case hash.Java31Unsigned:
		java31Ragged(dst, data, keys, order, java31Unsigned)
	case hash.Java31UTF16:
		java31UTF16Ragged(dst, data, keys, order)
	case hash.OneAtATime:
		for _, i := range order {
			dst[i] = oneAtATimeSum(keys.at(data, int(i)))
		}
	case hash.XXH32:
		for _, i := range order {
			dst[i] = uint64(hash.SumXXH32(keys.at(data, int(i)), uint32(w.seed.Lo)))
		}
	case hash.CephRJenkins:
		for _, i := range order {
			dst[i] = rjenkinsSum(keys.at(data, int(i)))
		}
	}
}
