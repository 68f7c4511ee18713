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

// point is one of a ring, before they are sorted.
type point struct {
	at    uint64
	owner uint32
}

// ringOf returns the ring of points in the order in which their system made
// them. Of equal points the first counts: so it is after a stable sort, and the
// search for the first point that is not below a hash never meets the others.
func ringOf(points []point, members uint32) (*Table, error) {
	slices.SortStableFunc(points, func(a, b point) int { return cmp.Compare(a.at, b.at) })
	points = slices.CompactFunc(points, func(a, b point) bool { return a.at == b.at })
	at, owners := make([]uint64, len(points)), make([]uint32, len(points))
	for i, p := range points {
		at[i], owners[i] = p.at, p.owner
	}
	return NewRing(at, owners, members)
}

// Ketama places as libmemcached does with MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED,
// and with it pylibmc, PHP's memcached and spymemcached's ketama under the same
// names. A name is host:port, or the host alone for port 11211. A member whose
// share of the weights is below 1/40 of an equal one has no points, as there.
//
// Source: libmemcached 1.1.4 src/libmemcached/hosts.cc, update_continuum.
func Ketama(members []Member) (Scheme, error) {
	const name = "ketama"
	if err := checkMembers(name, members); err != nil {
		return Scheme{}, err
	}
	labels, err := ketamaLabels(name, members)
	if err != nil {
		return Scheme{}, err
	}
	if len(members) > maxEntries/160 {
		return Scheme{}, tooMany(name, uint64(len(members))*160, "points")
	}
	total, live := float32(totalWeight(members)), float32(len(members))
	var points []point
	for i, m := range members {
		// In single precision, step by step, as the C program rounds it.
		share := float32(m.weight()) / total
		quarter := float32(float32(share*160)/4) * live
		for j := range int(math.Floor(float64(float32(float64(quarter) + 1e-10)))) {
			digest := md5Of(labels[i] + "-" + strconv.Itoa(j))
			for k := 0; k < len(digest); k += 4 {
				points = append(points, point{uint64(binary.LittleEndian.Uint32(digest[k:])), uint32(i)})
			}
		}
	}
	t, err := ringOf(points, uint32(len(members)))
	return made(Scheme{Name: name, Hash: hash.MD5, Fold: FoldLow32, Reduce: ReduceRing, Table: t}, err)
}

func md5Of(text string) (digest [16]byte) {
	first, second := hash.SumMD5([]byte(text))
	binary.LittleEndian.PutUint64(digest[:], first)
	binary.LittleEndian.PutUint64(digest[8:], second)
	return digest
}

// KetamaDefault places as libmemcached does with MEMCACHED_BEHAVIOR_KETAMA and
// its default hash, one-at-a-time: 100 points a server, whatever their weights.
// Names are as for [Ketama].
//
// Source: libmemcached 1.1.4 src/libmemcached/hosts.cc, update_continuum.
func KetamaDefault(members []Member) (Scheme, error) {
	const name = "ketama-default"
	if err := checkEqual(name, members); err != nil {
		return Scheme{}, err
	}
	labels, err := ketamaLabels(name, members)
	if err != nil {
		return Scheme{}, err
	}
	if len(members) > maxEntries/100 {
		return Scheme{}, tooMany(name, uint64(len(members))*100, "points")
	}
	points := make([]point, 0, 100*len(members))
	for i := range members {
		for j := range 100 {
			h := hash.SumOneAtATime([]byte(labels[i] + "-" + strconv.Itoa(j)))
			points = append(points, point{uint64(h), uint32(i)})
		}
	}
	t, err := ringOf(points, uint32(len(members)))
	return made(Scheme{Name: name, Hash: hash.OneAtATime, Reduce: ReduceRing, Table: t}, err)
}

// ketamaLabels returns what libmemcached calls the servers in front of the number
// of a point: the host alone if the port is the default one. A path is a Unix
// socket, whose port is 0.
func ketamaLabels(scheme string, members []Member) ([]string, error) {
	labels := make([]string, len(members))
	owner := make(map[string]string, len(members))
	for i, m := range members {
		host, port := splitPort(m.Name)
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
		switch {
		case strings.HasPrefix(m.Name, "/"):
			labels[i] = m.Name + ":0"
		case port == "" || port == "11211":
			labels[i] = host
		default:
			labels[i] = host + ":" + port
		}
		if other, doubled := owner[labels[i]]; doubled {
			return nil, fmt.Errorf("scheme %s: %s and %s are one server: port 11211 is the default", scheme, other, m.Name)
		}
		owner[labels[i]] = m.Name
	}
	return labels, nil
}

// splitPort splits a name at its last colon, if only digits follow it and it is
// not one of those within an IPv6 address.
func splitPort(name string) (host, port string) {
	i := strings.LastIndexByte(name, ':')
	if i < 0 || i+1 == len(name) || strings.Trim(name[i+1:], "0123456789") != "" {
		return name, ""
	}
	if strings.Contains(name[:i], ":") && !strings.HasSuffix(name[:i], "]") {
		return name, ""
	}
	return name[:i], name[i+1:]
}

// NginxConsistent places as nginx does under `hash $key consistent`: a name is
// what stands behind `server`, host:port or unix:path. An empty key goes around
// in turns there. What nginx does when a server fails is not repeated here.
//
// Source: nginx src/http/modules/ngx_http_upstream_hash_module.c,
// ngx_http_upstream_init_chash.
func NginxConsistent(members []Member) (Scheme, error) {
	const name = "nginx-consistent"
	if err := checkMembers(name, members); err != nil {
		return Scheme{}, err
	}
	total := totalWeight(members)
	if total > maxEntries/160 {
		return Scheme{}, tooMany(name, total*160, "points, 160 of each unit of weight")
	}
	points := make([]point, 0, total*160)
	for i, m := range members {
		text := append(nginxLabel(m.Name), 0, 0, 0, 0)
		previous := text[len(text)-4:] // each point is hashed together with the one before
		for range 160 * m.weight() {
			h := hash.SumCRC32(text)
			points = append(points, point{uint64(h), uint32(i)})
			binary.LittleEndian.PutUint32(previous, h)
		}
	}
	t, err := ringOf(points, uint32(len(members)))
	return made(Scheme{Name: name, Hash: hash.CRC32, Reduce: ReduceRing, EmptyUnplaced: true, Table: t}, err)
}

// nginxLabel returns the host, a zero and the port. Unlike an IPv6 address's last
// group for others, for nginx all digits behind the last colon are a port.
func nginxLabel(server string) []byte {
	if len(server) >= 5 && strings.EqualFold(server[:5], "unix:") {
		return append([]byte(server[5:]), 0)
	}
	host, port := server, ""
	if i := strings.LastIndexByte(server, ':'); i >= 0 && strings.Trim(server[i+1:], "0123456789") == "" {
		host, port = server[:i], server[i+1:]
	}
	return append(append([]byte(host), 0), port...)
}

// RingHash places by xDS' RING_HASH policy, as gRPC does, and Envoy with xxHash,
// on a ring of at least so many points that the member with the smallest share
// has a whole number of them, between smallest and largest. gRPC's defaults are
// 1024 and 4096, Envoy's 1024 and 8388608. The hash of a request is that of the
// key alone, as if one header were hashed. Envoy takes hosts in the order in which it was told them
// and gRPC in that of their names, as here: where weights share the points out
// in fractions, the two differ in single points.
//
// Source: gRFC A42; google.golang.org/grpc/balancer/ringhash, newRing; Envoy
// source/extensions/load_balancing_policies/ring_hash/ring_hash_lb.cc.
func RingHash(members []Member, smallest, largest uint64) (Scheme, error) {
	const name = "ring-hash"
	if err := checkMembers(name, members); err != nil {
		return Scheme{}, err
	}
	if smallest == 0 || smallest > largest || largest > maxEntries {
		return Scheme{}, fmt.Errorf("scheme %s: a ring of %d to %d points: it takes at least 1, and at most %d",
			name, smallest, largest, maxEntries)
	}
	total := float64(totalWeight(members))
	least := 1.0
	for _, m := range members {
		least = min(least, float64(m.weight())/total)
	}
	scale := min(math.Ceil(float64(least*float64(smallest)))/least, float64(largest))
	var points []point
	target := 0.0
	for _, owner := range sortedByName(members, func(m Member) string { return m.Name }) {
		m := members[owner]
		target += float64(scale * (float64(m.weight()) / total))
		for i := 0; float64(len(points)) < target; i++ {
			points = append(points, point{xxh64(m.Name + "_" + strconv.Itoa(i)), owner})
		}
	}
	t, err := ringOf(points, uint32(len(members)))
	return made(Scheme{Name: name, Hash: hash.XXH64, Reduce: ReduceRing, Table: t}, err)
}

// CassandraRing places on the first replica of a ring of Cassandra's
// Murmur3Partitioner: the member with the first token that is not below the
// key's, in the order of signed numbers. Keys are those of [Cassandra].
//
// Source: org.apache.cassandra.locator.TokenMetadata, firstToken.
func CassandraRing(members []Member) (Scheme, error) {
	const name = "cassandra-ring"
	if err := checkEqual(name, members); err != nil {
		return Scheme{}, err
	}
	var points []point
	owner := map[int64]string{}
	for i, m := range members {
		if len(m.Tokens) == 0 {
			return Scheme{}, fmt.Errorf("scheme %s: member %s has no token: `nodetool ring` lists them", name, m.Name)
		}
		for _, token := range m.Tokens {
			if other, doubled := owner[token]; doubled {
				return Scheme{}, fmt.Errorf("scheme %s: token %d belongs to %s and to %s", name, token, other, m.Name)
			}
			owner[token] = m.Name
			points = append(points, point{uint64(token) + 1<<63, uint32(i)})
		}
		if len(points) > maxEntries {
			return Scheme{}, tooMany(name, uint64(len(points)), "tokens")
		}
	}
	t, err := ringOf(points, uint32(len(members)))
	return made(Scheme{Name: name, Hash: hash.CassandraToken, Add: 1 << 63, Reduce: ReduceRing, Table: t}, err)
}
