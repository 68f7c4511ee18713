package cpu

import "github.com/keymill/keymill/hash"

// hashByRest is hashInOrder of the functions that single systems use.
func (w *work) hashByRest(dst []uint64, data []byte, keys Spans, order []uint16) {
	seed := w.seed.Lo
	switch w.loops {
	case hash.Lookup3:
		for _, i := range order {
			dst[i] = hash.SumLookup3(keys.at(data, int(i)), seed)
		}
	case hash.MD5:
		for _, i := range order {
			dst[i], _ = hash.SumMD5(keys.at(data, int(i)))
		}
	case hash.DES:
		for _, i := range order {
			dst[i] = hash.SumDES(keys.at(data, int(i)))
		}
	case hash.CityHash102:
		for _, i := range order {
			dst[i] = hash.SumCityHash102(keys.at(data, int(i)))
		}
	case hash.Java31:
		for _, i := range order {
			dst[i] = uint64(hash.SumJava31(keys.at(data, int(i))))
		}
	case hash.Java31Unsigned:
		for _, i := range order {
			dst[i] = uint64(hash.SumJava31Unsigned(keys.at(data, int(i))))
		}
	case hash.Java31UTF16:
		for _, i := range order {
			dst[i] = uint64(hash.SumJava31UTF16(keys.at(data, int(i))))
		}
	case hash.OneAtATime:
		for _, i := range order {
			dst[i] = uint64(hash.SumOneAtATime(keys.at(data, int(i))))
		}
	case hash.XXH32:
		for _, i := range order {
			dst[i] = uint64(hash.SumXXH32(keys.at(data, int(i)), uint32(seed)))
		}
	}
}
