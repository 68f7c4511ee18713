//go:build cgo && linux && !noopencl && !purego

package opencl

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/keymill/keymill/kernels"
	"github.com/keymill/keymill/place"
)

// What a device keeps of tables that no call is using: those that were used last, so many
// of them and so many bytes. While the device has one, the host's stays in memory too.
const (
	keptTables     = 16
	keptTableBytes = 256 << 20
)

// tables are those of schemes that the device has a copy of. A [place.Table] never
// changes, so its address names it.
type tables struct {
	mu   sync.Mutex
	some []*deviceTable // the one that was used last is the last
}

// deviceTable is a copy of a table.
type deviceTable struct {
	of    *place.Table
	users int // calls that use it or wait for it; under tables.mu
	bytes int // 0: it is not there yet; under tables.mu

	loading         sync.Mutex // held by who brings it; who waits for that waits here
	points, members mem        // nil: the kernel reads none
}

// takeTable sees to it that the device has the table of some work, if there is one, until
// leaveTable, which is to be called if there is no error. The slot brings it there.
func (d *Device) takeTable(s *slot, w *work) error {
	if w.table == nil {
		return nil
	}
	t := d.tables.use(w.table)
	t.loading.Lock()
	defer t.loading.Unlock()
	if t.points == nil && t.members == nil {
		if err := d.bring(s, t); err != nil {
			d.tables.leave(t)
			return err
		}
	}
	w.copied = t
	return nil
}

func (d *Device) leaveTable(w *work) {
	if w.copied != nil {
		d.tables.leave(w.copied)
		w.copied = nil
	}
}

// bring copies a table to the device. Where memory is short, it takes that of tables that
// no call uses, and of the slot.
func (d *Device) bring(s *slot, t *deviceTable) error {
	points, members := kernels.Buffers(t.of)
	bytes := 8*len(points) + 4*len(members)
	err := t.copy(s, points, members)
	if isKind(err, Capacity) && !s.stuck {
		if freeErr := errors.Join(s.freeAll(), d.tables.free(d.lib, 0, 0)); freeErr != nil {
			return errors.Join(err, freeErr)
		}
		err = t.copy(s, points, members)
	}
	if isKind(err, Capacity) {
		return &Error{Kind: Unsupported, Device: d.info.Name, Err: fmt.Errorf("the scheme's table has %d bytes, more than the device has memory for: %w", bytes, err)}
	}
	if err != nil {
		return err
	}
	d.tables.mu.Lock()
	t.bytes = bytes
	d.tables.mu.Unlock()
	return d.tables.free(d.lib, keptTables, keptTableBytes)
}

func (t *deviceTable) copy(s *slot, points []uint64, members []uint32) (err error) {
	if len(points) > 0 {
		if t.points, err = keep(s, points); err != nil {
			return err
		}
	}
	if len(members) > 0 {
		if t.members, err = keep(s, members); err != nil {
			return errors.Join(err, t.release(s.d.lib))
		}
	}
	return nil
}

func (t *deviceTable) release(l *library) error {
	points, members := t.points, t.members
	t.points, t.members = nil, nil
	return errors.Join(l.releaseBuffer(points), l.releaseBuffer(members))
}

// use returns the entry of a table, which is new if there was none, and counts a user.
func (ts *tables) use(of *place.Table) *deviceTable {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	i := slices.IndexFunc(ts.some, func(t *deviceTable) bool { return t.of == of })
	if i < 0 {
		i = len(ts.some)
		ts.some = append(ts.some, &deviceTable{of: of})
	}
	t := ts.some[i]
	copy(ts.some[i:], ts.some[i+1:])
	ts.some[len(ts.some)-1] = t
	t.users++
	return t
}

// leave uncounts a user. A table that could not be brought is forgotten with its last.
func (ts *tables) leave(t *deviceTable) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t.users--
	if t.users == 0 && t.bytes == 0 {
		ts.some = slices.DeleteFunc(ts.some, func(other *deviceTable) bool { return other == t })
	}
}

// free gives back tables that no call uses, those first that were used longest ago, until no
// more are left than so many with so many bytes.
func (ts *tables) free(l *library, count, bytes int) error {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	total := 0
	for _, t := range ts.some {
		total += t.bytes
	}
	var errs []error
	kept := ts.some[:0]
	for i, t := range ts.some {
		if t.users > 0 || len(kept)+len(ts.some)-i <= count && total <= bytes {
			kept = append(kept, t)
			continue
		}
		total -= t.bytes
		errs = append(errs, t.release(l))
	}
	clear(ts.some[len(kept):])
	ts.some = kept
	return errors.Join(errs...)
}

func (ts *tables) close(l *library) error {
	var errs []error
	for _, t := range ts.some {
		errs = append(errs, t.release(l))
	}
	ts.some = nil
	return errors.Join(errs...)
}
