package place_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/internal/vectors"
	"github.com/keymill/keymill/place"
)

// named returns members whose names have the numbers from first on.
func named(format string, first, n int, weights ...uint32) (members []place.Member) {
	for i := range n {
		members = append(members, place.Member{Name: fmt.Sprintf(format, first+i)})
		if i < len(weights) {
			members[i].Weight = weights[i]
		}
	}
	return members
}

func without(members []place.Member, name string) []place.Member {
	return slices.DeleteFunc(slices.Clone(members), func(m place.Member) bool { return m.Name == name })
}

var (
	tens  = named("10.1.0.%d:8080", 1, 7)
	nodes = named("node%d.olric.io", 0, 8)
)

// memberCases are schemes of members with the vectors that their systems computed:
// an output is the name or the number of the member.
var memberCases = []struct {
	scheme, file, output string
	members              []place.Member
	make                 func([]place.Member) (place.Scheme, error) // nil: by LookupMembers
}{
	{"rendezvous", "rendezvous_dgryski", "node", tens, nil},
	{"ketama", "memcached_ketama", "kw5", named("10.0.1.%d:11211", 1, 5), nil},
	{"ketama", "memcached_ketama", "kw5", named("10.0.1.%d", 1, 5, 7, 7, 7, 7, 7), nil},
	{"ketama", "memcached_ketama", "kw8", named("10.0.1.%d:11211", 1, 8), nil},
	{"ketama", "memcached_ketama", "kw5_weights", named("10.0.1.%d:11211", 1, 5, 100, 200, 300, 400, 500), nil},
	{"ketama", "memcached_ketama", "kw4_mixed_port", append(named("10.0.1.%d:11211", 1, 3), place.Member{Name: "10.0.1.4:11212"}), nil},
	{"ketama-default", "memcached_ketama", "ketama5", named("10.0.1.%d:11211", 1, 5), nil},
	{"nginx-consistent", "nginx_upstream_hash", "consistent5", named("127.0.0.1:%d", 18101, 5), nil},
	{"nginx-consistent", "nginx_upstream_hash", "consistent3_w1_2_5", named("127.0.0.1:%d", 18101, 3, 1, 2, 5), nil},
	{"nginx-hash", "nginx_upstream_hash", "plain5", named("127.0.0.1:%d", 18101, 5), nil},
	{"ring-hash", "grpc_ring_hash", "equal", tens, nil},
	{"ring-hash", "grpc_ring_hash", "w1to7", named("10.1.0.%d:8080", 1, 7, 1, 2, 3, 4, 5, 6, 7), nil},
	{"ring-hash", "grpc_ring_hash", "w1to7_max100", named("10.1.0.%d:8080", 1, 7, 1, 2, 3, 4, 5, 6, 7),
		func(members []place.Member) (place.Scheme, error) { return place.RingHash(members, 100, 100) }},
	{"bounded", "consistent_bounded_loads", "owner", nodes, nil},
	{"bounded", "consistent_bounded_loads", "owner_minus1", without(nodes, "node3.olric.io"), nil},
}

func TestMemberVectors(t *testing.T) {
	for _, c := range memberCases {
		t.Run(c.scheme+" "+c.output, func(t *testing.T) {
			s, err := place.LookupMembers(c.scheme, c.members)
			if c.make != nil {
				s, err = c.make(c.members)
			}
			require.NoError(t, err)
			require.Equal(t, c.scheme, s.Name)
			require.Equal(t, len(c.members), int(s.Parts))
			file, err := vectors.Load(c.file)
			require.NoError(t, err)
			for _, v := range file.Vectors {
				_, got := s.Place(v.Key())
				if want, isName := v.Out[c.output].(string); isName {
					require.Equal(t, want, c.members[got].Name, v.ID)
				} else {
					want, ok := v.Uint(c.output)
					require.True(t, ok, v.ID)
					require.Equal(t, uint32(want), got, v.ID)
				}
			}
		})
	}
}

// The order of the list numbers the members, but of these systems it is not what
// decides where a key lives.
func TestOrderOfMembers(t *testing.T) {
	weighted := named("10.1.0.%d:8080", 1, 7, 3, 1, 4, 1, 5, 9, 2)
	turned := slices.Clone(weighted)
	slices.Reverse(turned)
	for _, name := range []string{"rendezvous", "ketama", "ring-hash", "maglev-cilium", "maglev-envoy", "nginx-consistent"} {
		one, err := place.LookupMembers(name, weighted)
		require.NoError(t, err)
		other, err := place.LookupMembers(name, turned)
		require.NoError(t, err)
		for i := range 5000 {
			key := fmt.Appendf(nil, "user:%d", i)
			_, a := one.Place(key)
			_, b := other.Place(key)
			require.Equal(t, weighted[a].Name, turned[b].Name, "%s %s", name, key)
		}
	}
}

// What systems make of names that the vectors do not have, told from their sources.
func TestNamesOfMembers(t *testing.T) {
	same := func(scheme, one, other string) bool {
		var s [2]place.Scheme
		for i, name := range []string{one, other} {
			var err error
			s[i], err = place.LookupMembers(scheme, []place.Member{{Name: name}, {Name: "b:1"}})
			require.NoError(t, err)
		}
		return slices.Equal(s[0].Table.Points(), s[1].Table.Points())
	}
	for _, scheme := range []string{"ketama", "ketama-default"} {
		require.True(t, same(scheme, "a", "a:11211"))
		require.False(t, same(scheme, "a", "a:11212"))
		require.True(t, same(scheme, "[::1]:11211", "::1"))
		require.False(t, same(scheme, "fe80::11211", "fe80:"), "the last group of an address is no port")
		require.False(t, same(scheme, "/run/a", "/run/a:11211"), "a socket has port 0")
	}
	require.False(t, same("nginx-consistent", "a", "a:80"))
	require.True(t, same("nginx-consistent", "unix:/run/a", "UNIX:/run/a"))
	require.True(t, same("nginx-consistent", "unix:/run/a", "/run/a"))

	for _, p := range place.MemberPresets() {
		members := named("n%d", 0, 2)
		members[0].Tokens, members[1].Tokens = []int64{0}, []int64{1}
		s, err := place.LookupMembers(p.Name, members)
		require.NoError(t, err)
		_, part := s.Place(nil)
		require.Equal(t, strings.HasPrefix(p.Name, "nginx"), part == place.NoPartition, p.Name)
	}
}

// The tokens are those of the vectors of Cassandra's partitioner, so each key must
// meet the member whose token is its own, and the one behind it otherwise.
func TestCassandraRing(t *testing.T) {
	file, err := vectors.Load("cassandra_murmur3_token")
	require.NoError(t, err)
	members := named("node%d", 0, 5)
	var all []int64
	for i, v := range file.Vectors {
		token, ok := v.Uint("server_token")
		require.True(t, ok)
		if !slices.Contains(all, int64(token)) && i%3 == 0 {
			members[len(all)%5].Tokens = append(members[len(all)%5].Tokens, int64(token))
			all = append(all, int64(token))
		}
	}
	s, err := place.LookupMembers("cassandra-ring", members)
	require.NoError(t, err)
	met := 0
	for _, v := range file.Vectors {
		token, _ := v.Uint("server_token")
		first, lowest := -1, 0 // by plain search in signed numbers
		for i, other := range all {
			if other >= int64(token) && (first < 0 || other < all[first]) {
				first = i
			}
			if other < all[lowest] {
				lowest = i
			}
		}
		if first < 0 {
			first = lowest
			met++
		}
		_, got := s.Place(v.Key())
		require.Equal(t, first%5, int(got), v.ID)
	}
	require.Positive(t, met, "no key is behind the last token")
}

func TestMembersThatAreNone(t *testing.T) {
	two := named("m%d", 0, 2)
	weighted := named("m%d", 0, 2, 1, 3)
	for _, p := range place.MemberPresets() {
		for says, members := range map[string][]place.Member{
			"no members":                    nil,
			"member 1 has no name":          {{Name: "a", Tokens: []int64{1}}, {}},
			"member 2 is a, as member 0 is": {{Name: "a", Tokens: []int64{1}}, {Name: "b", Tokens: []int64{2}}, {Name: "a", Tokens: []int64{3}}},
		} {
			_, err := place.LookupMembers(p.Name, members)
			require.ErrorContains(t, err, says)
			require.ErrorContains(t, err, "scheme "+p.Name+": ")
		}
		for i := range weighted {
			weighted[i].Tokens = []int64{int64(i)}
		}
		s, err := place.LookupMembers(strings.ToUpper(strings.ReplaceAll(p.Name, "-", "_")), weighted)
		if !p.Weighted {
			require.ErrorContains(t, err, "member m1 has weight 3: its system has no weights")
		} else {
			require.NoError(t, err)
			require.NoError(t, s.Check())
			require.Empty(t, s.Warning())
		}
		_, err = place.Lookup(p.Name, 3)
		require.ErrorIs(t, err, place.ErrMembers)
		require.True(t, place.NeedsMembers(p.Name))
		for _, line := range []string{p.System, p.Rule, p.Source} {
			require.NotEmpty(t, line, p.Name)
			require.LessOrEqual(t, len(line), 90, line)
		}
	}
	require.False(t, place.NeedsMembers("kafka"))

	fails := func(_ place.Scheme, err error) error { return err }
	huge := []place.Member{{Name: "a", Weight: 1 << 24}, {Name: "b"}}
	require.ErrorContains(t, fails(place.NginxHash(huge)), "16777217 units of weight: it takes at most 16777216")
	require.ErrorContains(t, fails(place.NginxConsistent(huge)), "2684354720 points, 160 of each unit of weight: it takes at most 16777216")
	require.ErrorContains(t, fails(place.MaglevCilium(huge, 251, 0)), "Cilium's go up to 65535")
	require.ErrorContains(t, fails(place.MaglevEnvoy(two, 100)), "it takes a prime number")
	require.ErrorContains(t, fails(place.MaglevEnvoy(two, 1)), "it takes a prime number")
	require.ErrorContains(t, fails(place.MaglevEnvoy(two, 1<<31-1)), "it takes at most")
	require.ErrorContains(t, fails(place.MaglevCilium(named("m%d", 0, 4), 3, 0)), "some would have none")
	require.ErrorContains(t, fails(place.RingHash(two, 0, 5)), "0 to 5 points")
	require.ErrorContains(t, fails(place.RingHash(two, 6, 5)), "6 to 5 points")
	require.ErrorContains(t, fails(place.RingHash(two, 6, 1<<40)), "at most 16777216")
	require.ErrorContains(t, fails(place.Bounded(two, 0, 20, 1.25)), "0 partitions")
	require.ErrorContains(t, fails(place.Bounded(two, 271, 0, 1.25)), "0 points")
	require.ErrorContains(t, fails(place.Bounded(two, 271, 20, 0.5)), "there is no room")
	require.ErrorContains(t, fails(place.Bounded(named("m%d", 0, 300), 271, 20, 1.25)), "there is no room")
	require.ErrorContains(t, fails(place.Bounded(two, 2, 1, 1)), "no member has room for partition 1")
	require.ErrorContains(t, fails(place.Ketama([]place.Member{{Name: "a"}, {Name: "a:11211"}})), "a and a:11211 are one server")
	require.ErrorContains(t, fails(place.CassandraRing(two)), "member m0 has no token")
	two[0].Tokens, two[1].Tokens = []int64{5, -5}, []int64{-5}
	require.ErrorContains(t, fails(place.CassandraRing(two)), "token -5 belongs to m0 and to m1")
	require.ErrorContains(t, fails(place.LookupMembers("ketma", two)), `did you mean "ketama"?`)
	require.ErrorContains(t, fails(place.Lookup("ketma", 2)), `did you mean "ketama"?`)
}

// Every scheme of members is held to what its system computed, or to its rule.
func TestEveryMemberPresetIsHeld(t *testing.T) {
	for _, p := range place.MemberPresets() {
		found := strings.Contains(" cassandra-ring maglev-cilium maglev-envoy ", " "+p.Name+" ")
		for _, c := range memberCases {
			found = found || c.scheme == p.Name
		}
		require.True(t, found, "%s has no vectors", p.Name)
	}
}

// A point that two members share belongs to the one that was added last, but the
// ring of Olric keeps both: said again with a map, as the source does.
func TestBoundedWithSharedPoints(t *testing.T) {
	members := named("node%d", 1, 12) // point 10 of node1 is point 0 of node11
	s, err := place.Bounded(members, 271, 20, 1.25)
	require.NoError(t, err)
	ring, points := map[uint64]int{}, []uint64(nil)
	for i, m := range members {
		for j := range 20 {
			h := xxh(fmt.Sprintf("%s%d", m.Name, j), 0)
			ring[h] = i
			points = append(points, h)
		}
	}
	require.Less(t, len(ring), len(points))
	slices.Sort(points)
	loads := map[int]int{}
	for part, owner := range s.Table.Owners() {
		h := xxh(string(binary.LittleEndian.AppendUint64(nil, uint64(part))), 0)
		i, _ := slices.BinarySearch(points, h)
		for loads[ring[points[i%len(points)]]] == 28 { // ceil(22 * 1.25)
			i++
		}
		want := ring[points[i%len(points)]]
		loads[want]++
		require.Equal(t, want, int(owner), part)
	}
}

func xxh(text string, seed uint64) uint64 { return hash.SumXXH64([]byte(text), seed) }
