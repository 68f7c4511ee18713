package place

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/keymill/keymill/hash"
)

// NginxHash places as nginx does under `hash $key`, at its first try: a number of
// 15 bits modulo the sum of the weights, of which each member has the next
// weight. An empty key goes around in turns there.
//
// Source: nginx src/http/modules/ngx_http_upstream_hash_module.c,
// ngx_http_upstream_get_hash_peer.
func NginxHash(members []Member) (Scheme, error) {
	const name = "nginx-hash"
	if err := checkMembers(name, members); err != nil {
		return Scheme{}, err
	}
	total := totalWeight(members)
	if total > maxEntries {
		return Scheme{}, tooMany(name, total, "units of weight")
	}
	owners := make([]uint32, 0, total)
	for i, m := range members {
		owners = append(owners, slices.Repeat([]uint32{uint32(i)}, int(m.weight()))...)
	}
	t, err := NewTable(owners, uint32(len(members)))
	return made(Scheme{Name: name, Hash: hash.CRC32, Fold: FoldHigh15, Reduce: ReduceTable, EmptyUnplaced: true, Table: t}, err)
}

// CiliumSeed is the seed of Cilium's murmur3 under its default
// bpf-lb-maglev-hash-seed: its first four bytes, big-endian.
const CiliumSeed = 0x24b7ef82

// MaglevCilium places by Cilium's look-up table of that size, a prime (251, 509,
// 1021, 2039, 4093, 8191, 16381, 32749, 65521 or 131071 there), and seed. The
// table is Cilium's to the last entry. The hash of a key is keymill's choice, XXH64:
// Cilium looks up the hash of a packet's addresses and ports, and has no keys.
// A name is address:port, of TCP, or the whole text that Cilium hashes, such as
// [10.0.0.1:53/UDP,State:active].
// Weights count only if they are 2 or more in the mean, as there.
//
// Source: cilium/cilium pkg/maglev/maglev.go, GetLookupTable.
func MaglevCilium(members []Member, size, seed uint32) (Scheme, error) {
	const name = "maglev-cilium"
	table, err := newMaglev(name, members, size)
	if err != nil {
		return Scheme{}, err
	}
	for _, m := range members {
		if m.weight() > math.MaxUint16 {
			return Scheme{}, fmt.Errorf("scheme %s: member %s has weight %d: Cilium's go up to %d", name, m.Name, m.Weight, math.MaxUint16)
		}
	}
	order := sortedByName(members, ciliumLabel)
	for _, owner := range order {
		first, second := hash.SumMurmur3x128([]byte(ciliumLabel(members[owner])), seed)
		table.add(owner, first, second)
	}
	// Each turn is that of the next member, unless it had its share already; then
	// the one behind it is asked. It cannot be all of them, since the shares add up.
	count := uint64(len(order))
	total := totalWeight(members)
	done := make([]float64, count)
	for i, owner := range order {
		done[i] = float64(members[owner].weight()) / float64(count)
	}
	for turn := range uint64(size) {
		i := turn % count
		for total/count > 1 {
			if (turn+1)*uint64(members[order[i]].weight()) >= uint64(done[i]) {
				done[i] += float64(total)
				break
			}
			i = (i + 1) % count
		}
		table.take(int(i))
	}
	return table.scheme(name)
}

// ciliumLabel returns what Cilium hashes of a backend.
func ciliumLabel(m Member) string {
	if strings.HasPrefix(m.Name, "[") && strings.HasSuffix(m.Name, "]") {
		return m.Name
	}
	return "[" + m.Name + "/TCP,State:active]"
}

// MaglevEnvoy places by Envoy's look-up table of that size, a prime, 65537 unless
// Envoy is told otherwise. A name is what Envoy hashes of a host: its address
// and port. The hash of a request is that of the key alone, XXH64, as if one
// header were hashed.
//
// Source: Envoy source/extensions/load_balancing_policies/maglev/maglev_lb.cc.
func MaglevEnvoy(members []Member, size uint32) (Scheme, error) {
	const name = "maglev-envoy"
	table, err := newMaglev(name, members, size)
	if err != nil {
		return Scheme{}, err
	}
	order := sortedByName(members, func(m Member) string { return m.Name })
	total := float64(totalWeight(members))
	shares, largest := make([]float64, len(order)), 0.0
	for i, owner := range order {
		text := []byte(members[owner].Name)
		table.add(owner, hash.XXH64.Sum64(text, hash.Seed64(0)), hash.XXH64.Sum64(text, hash.Seed64(1)))
		shares[i] = float64(members[owner].weight()) / total
		largest = max(largest, shares[i])
	}
	// The heaviest member takes an entry in each round, the others in as many as
	// their weight is of the heaviest.
	targets := make([]float64, len(order))
	for round := 1; table.free > 0; round++ {
		for i := 0; i < len(order) && table.free > 0; i++ {
			if float64(float64(round)*shares[i]) >= targets[i] {
				targets[i] += largest
				table.take(i)
			}
		}
	}
	return table.scheme(name)
}

// maglev is a look-up table as it is filled: each member wants the entries in an
// order of its own, and takes the next that is free.
//
// Source: Eisenbud and others, "Maglev: A Fast and Reliable Software Network Load
// Balancer", 2016.
type maglev struct {
	owners  []uint32 // noOwner where the entry is free
	free    int
	members []maglevMember
}

type maglevMember struct {
	owner      uint32
	next, skip uint64
}

const noOwner = ^uint32(0)

func newMaglev(name string, members []Member, size uint32) (*maglev, error) {
	if err := checkMembers(name, members); err != nil {
		return nil, err
	}
	switch {
	case size > maxEntries:
		return nil, tooMany(name, uint64(size), "entries")
	case !isPrime(size):
		return nil, fmt.Errorf("scheme %s: a table of %d entries: it takes a prime number", name, size)
	case len(members) > int(size):
		return nil, fmt.Errorf("scheme %s: %d members for a table of %d entries: some would have none", name, len(members), size)
	}
	return &maglev{owners: slices.Repeat([]uint32{noOwner}, int(size)), free: int(size)}, nil
}

func isPrime(n uint32) bool {
	for d := uint32(2); d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return n > 1
}

// add appends a member whose two hashes say in which order it wants the entries.
func (t *maglev) add(owner uint32, first, second uint64) {
	size := uint64(len(t.owners))
	t.members = append(t.members, maglevMember{owner, first % size, second%(size-1) + 1})
}

// take gives the member, by the order of add, the next free entry that it wants.
func (t *maglev) take(i int) {
	m, size := &t.members[i], uint64(len(t.owners))
	for t.owners[m.next] != noOwner {
		m.next = (m.next + m.skip) % size
	}
	t.owners[m.next] = m.owner
	m.next = (m.next + m.skip) % size
	t.free--
}

func (t *maglev) scheme(name string) (Scheme, error) {
	table, err := NewTable(t.owners, uint32(len(t.members)))
	return made(Scheme{Name: name, Hash: hash.XXH64, Reduce: ReduceTable, Table: table}, err)
}

// Bounded places by consistent hashing with bounded loads, as Olric does: a key
// is in one of so many partitions, XXH64 % partitions, each of which belongs to the
// first member behind it on a ring, of so many points a member, that has room:
// no member has more than load times the mean, rounded up. Olric's defaults are 271
// partitions, 20 points and a load of 1.25. The scheme's partition is the member.
//
// Source: github.com/buraksezer/consistent, distributePartitions.
func Bounded(members []Member, partitions, points uint32, load float64) (Scheme, error) {
	const name = "bounded"
	if err := checkEqual(name, members); err != nil {
		return Scheme{}, err
	}
	count := uint64(len(members))
	switch {
	case partitions == 0 || partitions > maxEntries:
		return Scheme{}, fmt.Errorf("scheme %s: %d partitions: it takes 1 to %d", name, partitions, maxEntries)
	case points == 0 || count*uint64(points) > maxEntries:
		return Scheme{}, tooMany(name, count*uint64(points), "points")
	}
	// The mean is rounded down before it is multiplied.
	most := math.Ceil(float64(uint64(partitions)/count) * load)
	if !(most*float64(count) >= float64(partitions)) { // also if it is not a number
		return Scheme{}, fmt.Errorf("scheme %s: %d members with up to %v of the %d partitions each: there is no room; "+
			"take more partitions or a higher load than %v", name, count, most, partitions, load)
	}
	ring := make([]point, 0, count*uint64(points))
	for i, m := range members {
		for j := range points {
			ring = append(ring, point{xxh64(m.Name + strconv.FormatUint(uint64(j), 10)), uint32(i)})
		}
	}
	slices.SortStableFunc(ring, func(a, b point) int { return cmp.Compare(a.at, b.at) })
	for i := len(ring) - 2; i >= 0; i-- {
		if ring[i].at == ring[i+1].at { // point 10 of "node1" and point 0 of "node11": the last that was added has both
			ring[i].owner = ring[i+1].owner
		}
	}
	owners, loads := make([]uint32, partitions), make([]float64, count)
	for part := range owners {
		h := hash.XXH64.Sum64(binary.LittleEndian.AppendUint64(nil, uint64(part)), hash.Seed{})
		i, _ := slices.BinarySearchFunc(ring, h, func(p point, h uint64) int { return cmp.Compare(p.at, h) })
		owner, found := boundedOwner(ring, i, loads, most)
		if !found {
			return Scheme{}, fmt.Errorf("scheme %s: no member has room for partition %d: take more points or a higher load", name, part)
		}
		owners[part] = owner
		loads[owner]++
	}
	t, err := NewTable(owners, uint32(count))
	return made(Scheme{Name: name, Hash: hash.XXH64, Reduce: ReduceTable, Table: t}, err)
}

// boundedOwner returns the first owner with room from point i on. The last point
// of the round is not asked, as in the source.
func boundedOwner(ring []point, i int, loads []float64, most float64) (uint32, bool) {
	for range len(ring) - 1 {
		owner := ring[i%len(ring)].owner
		if loads[owner]+1 <= most {
			return owner, true
		}
		i++
	}
	return 0, false
}
