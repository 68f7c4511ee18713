// Package cpu is the scalar backend: plain Go that runs everywhere and never
// fails, so it is every dispatcher's fallback and the baseline that the faster
// backends must beat.
//
// It is faster than a call per key for three reasons. Keys of a known width run
// through loops written for that width, with nothing to predict and nothing to
// call. The work goes in blocks that stay in the first-level cache: a loop
// hashes a block, the next reduces it, and hashes that nobody asked for are
// never written to memory. And the choice of the loop is made once a block, not
// once a key.
package cpu

import (
	"bytes"
	"slices"
	"sync"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// BlockKeys is how many keys a loop takes at a time: 512 hashes, partitions and
// key bounds are 10 KiB, which leaves most of the cache to the keys.
const BlockKeys = 512

// New returns the backend. It is named "cpu", runs every hash and every scheme,
// and has no state: all values of it are the same.
func New() keymill.Backend { return backend{&plain} }

var plain = Kernels{Name: "cpu", Description: "plain Go, one core"}

type backend struct{ kernels *Kernels }

func (b backend) Name() string { return b.kernels.Name }

func (b backend) Describe() string { return b.kernels.Description }

func (b backend) Place(dst *keymill.Placement, batch *keymill.Batch, p keymill.Params) error {
	s, err := keymill.CheckShape(dst, batch, p)
	if err != nil {
		return err
	}
	clear(dst.Counts)
	if dst.Hashes == nil && dst.Parts == nil && dst.Counts == nil {
		return batch.Validate()
	}
	w := works.Get().(*work)
	w.start(b.kernels, s)
	ok := w.place(dst, batch)
	works.Put(w)
	if !ok {
		return batch.Validate()
	}
	return nil
}

// work is a call in progress: what is the same for all keys, resolved, and the
// memory of a block.
type work struct {
	kernels  *Kernels
	scheme   place.Scheme
	loops    hash.Func // whose loops and kernels run: those of the scheme's hash, or of what it is a token of
	seed     hash.Words
	nullHash uint64
	nullPart uint32

	// The scheme that hashes are reduced by, and whether they are refolded for it.
	reduction *place.Scheme // &scheme or &reduced
	reduced   place.Scheme
	refolds   bool

	hashes  [BlockKeys]uint64
	folded  [BlockKeys]uint64
	parts   [BlockKeys]uint32
	spans   spanBlock
	order   [BlockKeys]uint16
	classes [BlockKeys]uint8
	lists   [xxh3Classes][BlockKeys]uint16
}

// works are kept from call to call: to clear one, as a variable on the stack
// would be, takes longer than a batch of a few keys.
var works = sync.Pool{New: func() any { return new(work) }}

func (w *work) start(k *Kernels, s place.Scheme) {
	w.kernels, w.scheme, w.loops, w.seed = k, s, s.Hash, s.Hash.ResolveSeed(s.Seed)
	if s.Hash == hash.CassandraToken {
		w.loops = hash.Murmur3Cassandra
	}
	w.nullHash, w.nullPart = 0, keymill.NoPartition
	if s.Null != place.NullUnplaced { // of a large scheme no copy for nothing
		w.nullHash, w.nullPart = s.PlaceNull()
	}
	w.findReduction()
}

// place computes the batch. It stops, and returns false, at a block whose offsets are
// wrong.
func (w *work) place(dst *keymill.Placement, b *keymill.Batch) (ok bool) {
	wantParts := dst.Parts != nil || dst.Counts != nil
	blocks := wantParts || w.scheme.Hash == hash.CassandraToken // whose second pass wants a block in the cache
	if !blocks && b.Width > 0 && w.wholeKeys(b) && w.hashFixed(dst.Hashes, b.Data, b.Width) {
		w.hashNulls(dst.Hashes, b)
		return true
	}
	n, step := b.Len(), blockLen(b.Width)
	for lo := 0; lo < n; lo += step {
		hi := min(lo+step, n)
		hashes := w.hashes[:hi-lo]
		if dst.Hashes != nil {
			hashes = dst.Hashes[lo:hi]
		}
		block := b.Slice(lo, hi)
		if !w.inside(&block) {
			return false
		}
		w.hash(hashes, &block)
		if !wantParts {
			continue
		}
		parts := w.parts[:hi-lo]
		if dst.Parts != nil {
			parts = dst.Parts[lo:hi]
		}
		w.reduce(parts, hashes, &block)
		count(dst.Counts, parts)
	}
	return true
}

// inside says whether the offsets of a block rise and stay inside its data. That is
// looked at here, and not for the whole batch before, because they are read again at
// once: the first look brings them to the cache.
func (w *work) inside(b *keymill.Batch) bool {
	if b.Width > 0 || b.Len() == 0 {
		return true
	}
	if uint64(b.Offsets[len(b.Offsets)-1]) > uint64(len(b.Data)) {
		return false
	}
	if rising := w.kernels.Rising; rising != nil {
		return rising(b.Offsets)
	}
	return slices.IsSorted(b.Offsets)
}

// blockLen returns how many keys of a width go into a block, whose spans are
// uint32.
func blockLen(width int) int {
	if width == 0 {
		return BlockKeys
	}
	return int(min(BlockKeys, keymill.MaxData/uint64(width)))
}

// hash writes the hash of each key of the block, which has at most BlockKeys.
func (w *work) hash(dst []uint64, b *keymill.Batch) {
	if b.Width == 0 || !w.wholeKeys(b) || !w.hashFixed(dst, b.Data, b.Width) {
		w.hashRagged(dst, b)
	}
	w.hashNulls(dst, b)
}

// hashNulls puts the hash of the null key where one is.
func (w *work) hashNulls(dst []uint64, b *keymill.Batch) {
	if len(b.Valid) == 0 {
		return
	}
	for i := range dst {
		if b.IsNull(i) {
			dst[i] = w.nullHash
		}
	}
}

// wholeKeys says whether the scheme hashes all bytes of the block's fixed-width
// keys: always, or because no key can have a hash tag.
func (w *work) wholeKeys(b *keymill.Batch) bool {
	return w.scheme.Span == place.SpanWholeKey || bytes.IndexByte(b.Data, '{') < 0
}

// hashFixed runs the loop for that width, if the function has one.
func (w *work) hashFixed(dst []uint64, data []byte, width int) bool {
	if w.scheme.Word8 && width == 8 {
		words(dst, data)
		return true
	}
	done := w.runFixed(dst, data, width)
	if done && w.scheme.Hash == hash.CassandraToken {
		tokens(dst)
	}
	return done
}

func (w *work) runFixed(dst []uint64, data []byte, width int) bool {
	if k := w.kernels.Fixed[w.loops]; k != nil && k(dst, data, width, w.seed) {
		return true
	}
	switch w.loops {
	case hash.XXH3:
		return xxh3Fixed(dst, data, width, w.seed.Lo)
	case hash.XXH64:
		return xxh64Fixed(dst, data, width, w.seed.Lo)
	case hash.FX64:
		return fx64Fixed(dst, data, width)
	case hash.Murmur2:
		return murmur2Fixed(dst, data, width, uint32(w.seed.Lo))
	case hash.Murmur3x32, hash.Murmur3Spark, hash.Murmur3Hive: // one function, but for a tail
		return murmur3x32Fixed(dst, data, width, uint32(w.seed.Lo))
	case hash.Murmur3x128, hash.Murmur3Cassandra:
		return murmur3x128Fixed(dst, data, width, w.seed.Lo)
	case hash.CRC32:
		return crc32Fixed(dst, data, width, slicing32)
	case hash.CRC32C:
		return crc32Fixed(dst, data, width, slicing32C)
	case hash.CRC16:
		return crc16Fixed(dst, data, width)
	case hash.FNV1a32:
		return fnv1a32Fixed(dst, data, width)
	case hash.FNV1a64:
		return fnv1a64Fixed(dst, data, width)
	case hash.SipHash13:
		return sipHashFixed(dst, data, width, w.seed, 1, 3)
	case hash.SipHash24:
		return sipHashFixed(dst, data, width, w.seed, 2, 4)
	}
	return w.fixedOfSystems(dst, data, width)
}

// hashRagged runs the loop for keys of any length, or of any span.
func (w *work) hashRagged(dst []uint64, b *keymill.Batch) {
	keys, data := spansOf(b, &w.spans), b.Data
	if w.scheme.Span == place.SpanHashTag {
		keys = w.hashTags(keys, data)
	}
	if width := keys.width(); width > 0 && w.hashFixed(dst, data[keys.Start[0]:keys.End[len(dst)-1]], width) {
		return // UUIDs as text, say
	}
	kernel := w.kernels.Ragged[w.loops]
	switch {
	case kernel != nil && kernel(dst, data, keys, w.seed):
	case w.loops == hash.XXH3:
		w.xxh3Ragged(dst, data, keys, w.seed.Lo) // which has an order of its own
	default:
		w.hashInOrder(dst, data, keys, keys.byLength(data, &w.order))
	}
	if w.scheme.Hash == hash.CassandraToken {
		tokens(dst)
		tokensOfEmpty(dst, keys)
	}
	if w.scheme.Word8 {
		for i := range dst {
			if key := keys.at(data, i); len(key) == 8 {
				dst[i] = le64(key)
			}
		}
	}
}

// hashInOrder hashes the keys whose numbers order holds.
func (w *work) hashInOrder(dst []uint64, data []byte, keys Spans, order []uint16) {
	seed := w.seed.Lo
	switch w.loops {
	case hash.XXH64:
		for _, i := range order {
			dst[i] = hash.SumXXH64(keys.at(data, int(i)), seed)
		}
	case hash.FX64:
		for _, i := range order {
			dst[i] = hash.SumFX64(keys.at(data, int(i)))
		}
	case hash.Murmur2:
		for _, i := range order {
			dst[i] = uint64(hash.SumMurmur2(keys.at(data, int(i)), uint32(seed)))
		}
	case hash.Murmur3x32:
		for _, i := range order {
			dst[i] = uint64(hash.SumMurmur3x32(keys.at(data, int(i)), uint32(seed)))
		}
	case hash.Murmur3Spark:
		for _, i := range order {
			dst[i] = uint64(hash.SumMurmur3Spark(keys.at(data, int(i)), uint32(seed)))
		}
	case hash.Murmur3Hive:
		for _, i := range order {
			dst[i] = uint64(hash.SumMurmur3Hive(keys.at(data, int(i)), uint32(seed)))
		}
	case hash.Murmur3x128:
		for _, i := range order {
			dst[i], _ = hash.SumMurmur3x128(keys.at(data, int(i)), uint32(seed))
		}
	case hash.Murmur3Cassandra:
		for _, i := range order {
			dst[i] = hash.SumMurmur3Cassandra(keys.at(data, int(i)), seed)
		}
	case hash.CRC32:
		crc32Ragged(dst, data, keys, order)
	case hash.CRC32C:
		crc32cRagged(dst, data, keys, order)
	case hash.CRC16:
		crc16Ragged(dst, data, keys, order)
	case hash.FNV1a32:
		for _, i := range order {
			dst[i] = uint64(hash.SumFNV1a32(keys.at(data, int(i))))
		}
	case hash.FNV1a64:
		for _, i := range order {
			dst[i] = hash.SumFNV1a64(keys.at(data, int(i)))
		}
	case hash.SipHash13:
		for _, i := range order {
			dst[i] = sipHash(keys.at(data, int(i)), w.seed, 1, 3)
		}
	case hash.SipHash24:
		for _, i := range order {
			dst[i] = sipHash(keys.at(data, int(i)), w.seed, 2, 4)
		}
	default:
		w.orderOfSystems(dst, data, keys, order)
	}
}
