package bench

import (
	"fmt"
	"time"

	"github.com/keymill/keymill"
)

// deviceWork is what all sides of a row of the table device do: a task, in so many calls
// of n keys, with results in the same memory.
type deviceWork struct {
	task
	table    *deviceTable
	w        *Workload
	n, calls int

	hashes []uint64
	parts  []uint32
	counts []uint64
}

func (d *deviceTable) work(k task, w *Workload, n, calls int) *deviceWork {
	work := &deviceWork{task: k, table: d, w: w, n: n, calls: calls}
	if k.want&keymill.OutHashes != 0 {
		work.hashes = d.hashes[:n*calls]
	}
	if k.want&keymill.OutParts != 0 {
		work.parts = d.parts[:n*calls]
	}
	if k.want&keymill.OutCounts != 0 {
		work.counts = make([]uint64, deviceParts)
	}
	return work
}

func (k *deviceWork) keys() int { return k.n * k.calls }

// side makes a side of a function that computes n keys of a batch, from key lo on.
func (k *deviceWork) side(name string, place func(dst *keymill.Placement, batch, lo int) error) side {
	dst := &keymill.Placement{Counts: k.counts}
	return side{name: name, run: func(batch int) (time.Duration, uint64, error) {
		clear(k.hashes) // what another side left there is not this one's result
		clear(k.parts)
		clear(k.counts)
		took, err := timed(func() error {
			for lo := 0; lo < k.keys(); lo += k.n {
				if k.hashes != nil {
					dst.Hashes = k.hashes[lo : lo+k.n]
				}
				if k.parts != nil {
					dst.Parts = k.parts[lo : lo+k.n]
				}
				if err := place(dst, batch, lo); err != nil {
					return err
				}
			}
			return nil
		})
		return took, digestOf(k.hashes) + 3*digestOf(k.parts) + 5*digestOf(k.counts), err
	}}
}

// backend makes a side of a backend, which gets keys in the host's memory.
func (k *deviceWork) backend(b keymill.Backend) side {
	part := &keymill.Batch{}
	return k.side(b.Name(), func(dst *keymill.Placement, batch, lo int) error {
		*part = k.w.Batches[batch].Slice(lo, lo+k.n)
		return b.Place(dst, part, k.params)
	})
}

// peers are what a row is compared with: the backends of the host, and, if loops are
// asked for, those of the definition and of other libraries.
func (k *deviceWork) peers(loops bool) (peers []side, err error) {
	if loops {
		defined, err := k.definition()
		if err != nil {
			return nil, err
		}
		peers = append(peers, defined)
		for _, p := range k.table.Peers.Place {
			s := k.params.Scheme
			if k.want == keymill.OutParts && p.Hash == k.params.Hash && p.Scheme == s.Name && p.Parts == s.Parts {
				peers = append(peers, k.side(p.Name, func(dst *keymill.Placement, batch, _ int) error {
					p.Place(dst.Parts, &k.w.Batches[batch])
					return nil
				}))
			}
		}
	}
	for _, b := range k.table.hosts {
		peers = append(peers, k.backend(b))
	}
	return peers, nil
}

// definition makes a side of the definition, called once a key.
func (k *deviceWork) definition() (side, error) {
	s, err := k.params.Resolve()
	return k.side(definition, func(dst *keymill.Placement, batch, lo int) error {
		for i := range k.n {
			h, part := s.Place(k.w.Batches[batch].Key(lo + i))
			if dst.Hashes != nil {
				dst.Hashes[i] = h
			}
			if dst.Parts != nil {
				dst.Parts[i] = part
			}
			if dst.Counts != nil {
				dst.Counts[part]++
			}
		}
		return nil
	}), err
}

// outBytes returns how many bytes of results a key has.
func (k *deviceWork) outBytes() int { return (8*len(k.hashes) + 4*len(k.parts)) / k.keys() }

// hostRoofs are the roofs of a device that shares the host's memory.
func (k *deviceWork) hostRoofs() []side {
	if k.hashes != nil {
		return k.table.roofs(k.w, asBytes(k.hashes))
	}
	return k.table.roofs(k.w, asBytes(k.parts))
}

// moved makes a side that moves so many bytes a key, and computes nothing.
func moved(name string, bytes int, move func() error) side {
	return side{name: name, own: true, bytes: float64(bytes), run: func(int) (time.Duration, uint64, error) {
		took, err := timed(move)
		return took, 0, err
	}}
}

// limit makes a peer of a time that is promised for one key: a ratio of 1 or more says
// that ours takes no longer.
func limit(most time.Duration, keys int) side {
	return side{name: limitName(most), own: true, run: func(int) (time.Duration, uint64, error) {
		return most * time.Duration(keys), 0, nil
	}}
}

func limitName(most time.Duration) string {
	if most < time.Millisecond {
		return fmt.Sprintf("limit of %d µs", most.Microseconds())
	}
	return fmt.Sprintf("limit of %d ms", most.Milliseconds())
}
