package ref

import (
	"context"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

// grouped places the keys over the shards. The caller gives the scratch back
// with release.
func (s *Store) grouped(keys *keymill.Batch) (*scratch, error) {
	sc := s.scratch.Get().(*scratch)
	sc.placement.Resize(keymill.OutParts, keys.Len(), 0)
	err := s.backend.Place(&sc.placement, keys, s.params)
	if err == nil {
		err = sc.placement.Group(&sc.groups, numShards)
	}
	if err != nil {
		s.release(sc)
		return nil, err
	}
	return sc, nil
}

// release lets go of the values, which the scratch must not keep alive.
func (s *Store) release(sc *scratch) {
	clear(sc.values)
	s.scratch.Put(sc)
}

// BatchGet implements [kv.Store].
func (s *Store) BatchGet(ctx context.Context, keys, dst *keymill.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	sc, err := s.grouped(keys)
	if err != nil {
		return err
	}
	defer s.release(sc)
	n := keys.Len()
	if cap(sc.values) < n {
		sc.values = make([][]byte, n)
	}
	sc.values = sc.values[:n] // nil where there is no value
	for i := range s.shards {
		rows := sc.groups.Of(uint32(i))
		if len(rows) == 0 {
			continue
		}
		if err := s.shards[i].get(keys, rows, sc.values); err != nil {
			return err
		}
	}
	if len(sc.groups.Unplaced()) == n && s.closed() { // no keys, or all are null
		return kv.ErrClosed
	}
	dst.Width = 0
	dst.Reset()
	for _, value := range sc.values {
		if value == nil {
			err = dst.AppendNull()
		} else {
			err = dst.Append(value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// get puts the values of the rows at their places. They are never changed in
// place, so they can be read after the lock is released.
func (sh *shard) get(keys *keymill.Batch, rows []uint32, values [][]byte) error {
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	if sh.values == nil {
		return kv.ErrClosed
	}
	for _, row := range rows {
		values[row] = sh.values[string(keys.Key(int(row)))]
	}
	return nil
}

// BatchSet implements [kv.Store].
func (s *Store) BatchSet(ctx context.Context, keys, values *keymill.Batch, opts kv.SetOptions) (kv.SetResult, error) {
	if err := ctx.Err(); err != nil {
		return kv.SetResult{}, err
	}
	if err := kv.CheckRows(keys, values); err != nil {
		return kv.SetResult{}, err
	}
	sc, err := s.grouped(keys)
	if err != nil {
		return kv.SetResult{}, err
	}
	defer s.release(sc)
	return s.setGroups(keys, values, &sc.groups, 0, numShards)
}

// SetPlaced implements [kv.PlacedSetter].
func (s *Store) SetPlaced(ctx context.Context, keys, values *keymill.Batch, groups *keymill.Groups,
	from, to uint32, _ kv.SetOptions) (kv.SetResult, error) {
	if err := ctx.Err(); err != nil {
		return kv.SetResult{}, err
	}
	if err := kv.CheckRows(keys, values); err != nil {
		return kv.SetResult{}, err
	}
	if err := kv.CheckGroups(groups, keys.Len(), numShards, from, to); err != nil {
		return kv.SetResult{}, err
	}
	return s.setGroups(keys, values, groups, from, to)
}

func (s *Store) setGroups(keys, values *keymill.Batch, groups *keymill.Groups, from, to uint32) (kv.SetResult, error) {
	var result kv.SetResult
	for i := from; i < to; i++ {
		rows := groups.Of(i)
		if len(rows) == 0 {
			continue
		}
		added, err := s.shards[i].set(keys, values, rows)
		if err != nil {
			return result, err
		}
		result.Added += added
		result.Replaced += len(rows) - added
	}
	if result.Rows() == 0 && s.closed() {
		return result, kv.ErrClosed
	}
	return result, nil
}

// set applies the rows in their order, and returns how many keys are new.
func (sh *shard) set(keys, values *keymill.Batch, rows []uint32) (added int, err error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.values == nil {
		return 0, kv.ErrClosed
	}
	before := len(sh.values)
	for _, row := range rows {
		sh.values[string(keys.Key(int(row)))] = copied(values.Key(int(row)))
	}
	return len(sh.values) - before, nil
}

// BatchDelete implements [kv.Store].
func (s *Store) BatchDelete(ctx context.Context, keys *keymill.Batch) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := kv.CheckKeys(keys); err != nil {
		return 0, err
	}
	sc, err := s.grouped(keys)
	if err != nil {
		return 0, err
	}
	defer s.release(sc)
	deleted := 0
	for i := range s.shards {
		rows := sc.groups.Of(uint32(i))
		if len(rows) == 0 {
			continue
		}
		n, err := s.shards[i].delete(keys, rows)
		if err != nil {
			return deleted, err
		}
		deleted += n
	}
	if deleted == 0 && s.closed() {
		return 0, kv.ErrClosed
	}
	return deleted, nil
}

func (sh *shard) delete(keys *keymill.Batch, rows []uint32) (deleted int, err error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.values == nil {
		return 0, kv.ErrClosed
	}
	before := len(sh.values)
	for _, row := range rows {
		delete(sh.values, string(keys.Key(int(row))))
	}
	return before - len(sh.values), nil
}

// closed is asked where a batch touched no shard that could say so.
func (s *Store) closed() bool {
	s.shards[0].mu.RLock()
	defer s.shards[0].mu.RUnlock()
	return s.shards[0].values == nil
}
