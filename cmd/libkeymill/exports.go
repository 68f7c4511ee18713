//go:build cgo

package main

/*
#include <stdlib.h>
#include "keymill.h"

// cgo writes the prototypes of the exported functions, and the compiler compares
// them with those of keymill.h. These names are how they get their const.
typedef const char km_const_char;
typedef const km_keys km_const_keys;
typedef const km_scheme km_const_scheme;
typedef const km_placement km_const_placement;

struct km_engine {
	uintptr_t handle; // of the Go engine
};
*/
import "C"

import (
	"errors"
	"runtime/cgo"
	"sync"
	"unsafe"

	"github.com/keymill/keymill"
)

var errNoMemory = errors.New("no memory")

//export km_open
func km_open(backend *C.km_const_char, workers C.uint32_t, out **C.km_engine, e *C.km_error) C.km_status {
	return call(e, func() error {
		if out == nil {
			return errNull("engine")
		}
		*out = nil
		opened, err := open(text(backend), uint32(workers))
		if err != nil {
			return err
		}
		handle := (*C.km_engine)(C.calloc(1, C.sizeof_struct_km_engine))
		if handle == nil {
			return errNoMemory
		}
		handle.handle = C.uintptr_t(cgo.NewHandle(opened))
		*out = handle
		return nil
	})
}

//export km_close
func km_close(engine *C.km_engine) {
	call(nil, func() error {
		if engine != nil {
			cgo.Handle(engine.handle).Delete()
			C.free(unsafe.Pointer(engine))
		}
		return nil
	})
}

//export km_hash
func km_hash(engine *C.km_engine, keys *C.km_const_keys, name, seed *C.km_const_char, hashes *C.uint64_t, e *C.km_error) C.km_status {
	return call(e, func() error {
		engine, b, err := engineAndBatch(engine, keys)
		if err != nil {
			return err
		}
		if name == nil {
			return errNull("hash")
		}
		out, err := view[uint64]("hashes", unsafe.Pointer(hashes), uint64(b.Len()))
		if err != nil {
			return err
		}
		return engine.hash(&b, text(name), text(seed), out)
	})
}

//export km_place
func km_place(engine *C.km_engine, keys *C.km_const_keys, s *C.km_const_scheme, out *C.km_const_placement, e *C.km_error) C.km_status {
	return call(e, func() error {
		engine, b, err := engineAndBatch(engine, keys)
		if err != nil {
			return err
		}
		params, parts, err := paramsOf("scheme", s)
		if err != nil {
			return err
		}
		if out == nil {
			return errNull("out")
		}
		var dst keymill.Placement
		n := uint64(b.Len())
		if dst.Hashes, err = optional[uint64]("hashes", unsafe.Pointer(out.hashes), n); err != nil {
			return err
		}
		if dst.Parts, err = optional[uint32]("parts", unsafe.Pointer(out.parts), n); err != nil {
			return err
		}
		if dst.Counts, err = counted[uint64]("counts", unsafe.Pointer(out.counts), uint64(out.counts_n), uint64(parts)); err != nil {
			return err
		}
		return engine.place(&b, params, &dst)
	})
}

//export km_plan
func km_plan(engine *C.km_engine, keys *C.km_const_keys, from, to *C.km_const_scheme, out *C.km_moves, e *C.km_error) C.km_status {
	return call(e, func() error {
		engine, b, err := engineAndBatch(engine, keys)
		if err != nil {
			return err
		}
		old, oldParts, err := paramsOf("from", from)
		if err != nil {
			return err
		}
		next, nextParts, err := paramsOf("to", to)
		if err != nil {
			return err
		}
		if out == nil {
			return errNull("moves")
		}
		var m moves
		if m.leaving, err = counted[uint64]("leaving", unsafe.Pointer(out.leaving), uint64(out.leaving_n), uint64(oldParts)); err != nil {
			return err
		}
		if m.arriving, err = counted[uint64]("arriving", unsafe.Pointer(out.arriving), uint64(out.arriving_n), uint64(nextParts)); err != nil {
			return err
		}
		if m.matrix, err = matrixOf(out, oldParts, nextParts); err != nil {
			return err
		}
		err = engine.plan(&b, old, next, &m)
		out.keys, out.moved = C.uint64_t(m.keys), C.uint64_t(m.moved)
		out.stayed, out.unplaced = C.uint64_t(m.stayed), C.uint64_t(m.unplaced)
		return err
	})
}

func matrixOf(out *C.km_moves, from, to uint32) ([]uint64, error) {
	if out.matrix == nil && out.matrix_n == 0 {
		return nil, nil
	}
	n, err := cells(from, to)
	if err != nil {
		return nil, err
	}
	return counted[uint64]("matrix", unsafe.Pointer(out.matrix), uint64(out.matrix_n), n)
}

//export km_partitions
func km_partitions(s *C.km_const_scheme, partitions *C.uint32_t, e *C.km_error) C.km_status {
	return call(e, func() error {
		_, parts, err := paramsOf("scheme", s)
		if err != nil {
			return err
		}
		if partitions == nil {
			return errNull("partitions")
		}
		*partitions = C.uint32_t(parts)
		return nil
	})
}

//export km_version
func km_version() *C.km_const_char { return versionText() }

//export km_hashes
func km_hashes() *C.km_const_char { return hashesText() }

//export km_schemes
func km_schemes() *C.km_const_char { return schemesText() }

//export km_backends
func km_backends() *C.km_const_char { return backendsText() }

// The texts are C memory that is never freed.
var versionText, hashesText, schemesText, backendsText = kept(version), kept(hashNames), kept(schemeNames), kept(backendNames)

func kept(names func() string) func() *C.km_const_char {
	return sync.OnceValue(func() *C.km_const_char { return (*C.km_const_char)(C.CString(names())) })
}

// call runs a function for C: its error becomes a status and a text.
func call(e *C.km_error, f func() error) C.km_status {
	err := protect(f)
	if e != nil {
		room := unsafe.Slice((*byte)(unsafe.Pointer(&e.text)), C.KM_ERROR_SIZE)
		if room[0] = 0; err != nil {
			putText(room, err.Error())
		}
	}
	return C.km_status(statusOf(err))
}

// The statuses of Go are those of C, or this does not compile.
var (
	_ = [1]struct{}{}[statusOK-C.KM_OK]
	_ = [1]struct{}{}[statusInvalid-C.KM_INVALID]
	_ = [1]struct{}{}[statusUnavailable-C.KM_UNAVAILABLE]
	_ = [1]struct{}{}[statusUnsupported-C.KM_UNSUPPORTED]
	_ = [1]struct{}{}[statusFailed-C.KM_FAILED]
)

func engineAndBatch(handle *C.km_engine, k *C.km_const_keys) (*engine, keymill.Batch, error) {
	if handle == nil {
		return nil, keymill.Batch{}, errNull("engine")
	}
	if k == nil {
		return nil, keymill.Batch{}, errNull("keys")
	}
	in := keys{
		data: k.data, offsets: unsafe.Pointer(k.offsets), valid: unsafe.Pointer(k.valid),
		dataSize: uint64(k.data_size), width: uint64(k.width), validFirst: uint64(k.valid_first), n: uint64(k.n),
	}
	b, err := in.batch()
	return cgo.Handle(handle.handle).Value().(*engine), b, err
}

func paramsOf(what string, s *C.km_const_scheme) (keymill.Params, uint32, error) {
	switch {
	case s == nil:
		return keymill.Params{}, 0, errNull(what)
	case s.name == nil:
		return keymill.Params{}, 0, errNull(what + ": name")
	}
	p, parts, err := scheme{text(s.name), uint32(s.partitions), text(s.hash), text(s.seed)}.params()
	if err != nil {
		err = invalid("%s: %w", what, err)
	}
	return p, parts, err
}

// text copies a text of C; NULL is "".
func text(s *C.km_const_char) string { return C.GoString((*C.char)(unsafe.Pointer(s))) }
