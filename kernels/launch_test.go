//go:build linux && cgo && !race && !purego

package kernels_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kernels"
	"github.com/keymill/keymill/place"
)

// request is what the runner reads; its fields are those of hosttest/runner.c.
type request struct {
	Size                                                        uint32
	Hash, Runs, WidthClass, Load, Count                         uint32
	Groups, Lead                                                uint32
	DataSize, OffsetsSize, ValidSize, PointsSize, MembersSize   uint32
	HashesSize, PartsSize, CountsSize                           uint32
	N, Base, Width, ValidFirst, Flags, Reduce, Partitions, Bins uint32
	SizeArg, Each, Shift, FoldShift, NullPart, Unused           uint32
	Fold, Add, Magic, SeedLo, SeedHi, NullHash                  uint64
}

// launch is one launch of the kernel, and what it must compute.
type launch struct {
	kernels.Options
	want   *expected
	flags  uint32 // FlagHashes, FlagParts
	groups int    // how many work groups; 0: as many as the keys need
	local  bool   // with Count: count in local memory
	lead   int    // where the data starts
}

// expected is a batch with what package place makes of it.
type expected struct {
	batch  *keymill.Batch
	scheme place.Scheme
	hashes []uint64
	parts  []uint32
	counts []uint32
}

// mostCounts is the largest number of partitions that is counted here.
const mostCounts = 1 << 16

func expect(b *keymill.Batch, s place.Scheme) *expected {
	e := &expected{batch: b, scheme: s, hashes: make([]uint64, b.Len()), parts: make([]uint32, b.Len())}
	if s.Parts <= mostCounts {
		e.counts = make([]uint32, s.Parts)
	}
	for i := range e.hashes {
		if b.IsNull(i) {
			e.hashes[i], e.parts[i] = s.PlaceNull()
		} else {
			e.hashes[i], e.parts[i] = s.Place(b.Key(i))
		}
		if e.parts[i] != place.NoPartition && e.counts != nil {
			e.counts[e.parts[i]]++
		}
	}
	return e
}

// check plays the launch and compares what it wrote.
func (h *host) check(t *testing.T, l launch) {
	r, in := l.request()
	said := func() string {
		return fmt.Sprintf("%s; scheme %+v, %d keys of width %d; flags %d, %d bins, %d groups, lead %d",
			l.Options, l.want.scheme, r.N, l.want.batch.Width, r.Flags, r.Bins, r.Groups, r.Lead)
	}
	hashes, parts, counts := make([]uint64, r.HashesSize/8), make([]uint32, r.PartsSize/4), make([]uint32, r.CountsSize/4)
	err := h.play(r, in, hashes, parts, counts)
	if err != nil {
		require.NoError(t, errors.Join(err, h.stop()), said())
	}
	for i, want := range l.want.hashes {
		if len(hashes) > 0 && hashes[i] != want {
			require.Failf(t, "wrong hash", "%s: key %d, %x (null: %v): %#x, not %#x", said(), i, l.want.batch.Key(i), l.want.batch.IsNull(i), hashes[i], want)
		}
	}
	for i, want := range l.want.parts {
		if len(parts) > 0 && parts[i] != want {
			require.Failf(t, "wrong partition", "%s: key %d, %x (null: %v): %d, not %d", said(), i, l.want.batch.Key(i), l.want.batch.IsNull(i), parts[i], want)
		}
	}
	if l.Count && !slices.Equal(l.want.counts, counts) {
		require.Equal(t, l.want.counts, counts, said())
	}
}

func (h *host) play(r request, in []any, out ...any) error {
	for _, part := range append([]any{r}, in...) {
		if err := binary.Write(h.in, binary.NativeEndian, part); err != nil {
			return err
		}
	}
	if err := h.in.Flush(); err != nil {
		return err
	}
	for _, part := range out {
		if err := binary.Read(h.out, binary.NativeEndian, part); err != nil && binary.Size(part) > 0 {
			return err
		}
	}
	return nil
}

// request lays the batch out as a backend does: data from the first key on, and no more.
func (l launch) request() (r request, in []any) {
	b, a := l.want.batch, kernels.ArgsOf(l.want.scheme)
	r = request{
		Size: uint32(binary.Size(request{})),
		Hash: uint32(l.Hash), WidthClass: uint32(slices.Index(kernels.Widths(), l.Width) + 1), Load: uint32(l.Load),
		Lead: uint32(l.lead), N: uint32(b.Len()), Width: uint32(b.Width), Flags: a.Flags | l.flags,
		Reduce: a.Reduce, Partitions: a.Partitions, SizeArg: a.Size, Each: a.Each, Shift: a.Shift, FoldShift: a.FoldShift,
		NullPart: a.NullPart, Fold: a.Fold, Add: a.Add, Magic: a.Magic, SeedLo: a.SeedLo, SeedHi: a.SeedHi, NullHash: a.NullHash,
	}
	var offsets, members []uint32
	var valid, points []uint64
	data := b.Data
	if b.Width == 0 {
		offsets = b.Offsets
		r.Base = offsets[0]
		if l.Load == kernels.LoadWords {
			r.Base &^= 3 // the data keeps its place in the words
		}
		data = data[r.Base:offsets[len(offsets)-1]]
	}
	if l.Load == kernels.LoadWords { // whole words
		data = append(slices.Clip(data), make([]byte, -len(data)&3)...)
	}
	if len(b.Valid) > 0 {
		valid = b.Valid
		r.Flags |= kernels.FlagValid
		r.ValidFirst = uint32(b.ValidOffset)
	}
	if l.flags&kernels.FlagHashes != 0 {
		r.HashesSize = 8 * r.N
	}
	if l.flags&kernels.FlagParts != 0 {
		r.PartsSize = 4 * r.N
	}
	r.Groups = uint32(l.groups)
	if l.groups == 0 {
		r.Groups = (r.N + hostGroup - 1) / hostGroup
	}
	if l.Runs {
		r.Runs = 1
	}
	if l.Count {
		r.Count, r.CountsSize = 1, 4*r.Partitions
		if l.local {
			r.Bins = r.Partitions
		}
	}
	if t := kernels.TableOf(l.want.scheme); t != nil {
		points, members = kernels.Buffers(t)
	}
	r.DataSize, r.OffsetsSize, r.ValidSize = uint32(len(data)), uint32(4*len(offsets)), uint32(8*len(valid))
	r.PointsSize, r.MembersSize = uint32(8*len(points)), uint32(4*len(members))
	return r, []any{data, offsets, valid, points, members}
}
