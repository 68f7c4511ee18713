package nodes_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/nodes"
	"github.com/keymill/keymill/place"
)

func equal(n int) (list []nodes.Node) {
	for i := range n {
		list = append(list, nodes.Node{Member: place.Member{Name: fmt.Sprintf("n%d", i)}})
	}
	return list
}

// ends returns the last partition of each node; each has one range.
func ends(t *testing.T, n *nodes.Nodes) (last []uint32) {
	next := uint32(0)
	for i := range n.List() {
		ranges := n.Ranges(i)
		require.Len(t, ranges, 1)
		require.Equal(t, next, ranges[0].First)
		last = append(last, ranges[0].Last)
		next = ranges[0].Last + 1
	}
	require.Equal(t, n.Partitions(), next)
	return last
}

// What redis-cli 7.0.15 printed for `--cluster create` with so many servers, the
// last slot of each. Of 78 nodes exact rounding would give the 68th 14282.
func TestSlotsAsRedisLaysThem(t *testing.T) {
	for _, want := range [][]uint32{
		{16383},
		{5460, 10922, 16383},
		{2730, 5460, 8191, 10922, 13652, 16383},
		{2340, 4680, 7021, 9361, 11702, 14042, 16383},
		{1488, 2978, 4467, 5957, 7446, 8936, 10425, 11915, 13404, 14894, 16383},
		{1259, 2520, 3780, 5040, 6301, 7561, 8821, 10081, 11342, 12602, 13862, 15123, 16383},
		{209, 419, 629, 839, 1049, 1259, 1469, 1679, 1889, 2100, 2310, 2520, 2730, 2940, 3150, 3360, 3570, 3780, 3990,
			4200, 4410, 4620, 4830, 5040, 5250, 5460, 5670, 5880, 6090, 6301, 6511, 6721, 6931, 7141, 7351, 7561, 7771,
			7981, 8191, 8401, 8611, 8821, 9031, 9241, 9451, 9661, 9871, 10081, 10292, 10502, 10712, 10922, 11132, 11342,
			11552, 11762, 11972, 12182, 12392, 12602, 12812, 13022, 13232, 13442, 13652, 13862, 14072, 14283, 14493, 14703,
			14913, 15123, 15333, 15543, 15753, 15963, 16173, 16383},
	} {
		n, err := nodes.Assign(equal(len(want)), place.RedisSlots)
		require.NoError(t, err)
		require.Equal(t, want, ends(t, n))
		next := 0
		for slot := range uint32(place.RedisSlots) {
			if slot > want[next] {
				next++
			}
			require.Equal(t, next, n.Owner(slot), slot)
		}
		require.Equal(t, -1, n.Owner(place.RedisSlots))
		require.Equal(t, -1, n.Owner(place.NoPartition))
	}
	n, err := nodes.Assign(equal(place.RedisSlots), place.RedisSlots)
	require.NoError(t, err)
	require.Len(t, ends(t, n), place.RedisSlots)
}

// Weights count for slots, too, and more nodes than slots leave some without.
func TestSlotsByWeight(t *testing.T) {
	list := equal(2)
	list[1].Weight = 3
	n, err := nodes.Assign(list, place.RedisSlots)
	require.NoError(t, err)
	require.Equal(t, []uint32{4095, 16383}, ends(t, n))
	n, err = nodes.Assign(equal(2*place.RedisSlots), place.RedisSlots)
	require.NoError(t, err)
	for slot := range uint32(place.RedisSlots) {
		require.Equal(t, 2*int(slot), n.Owner(slot))
	}
}

// Ranges by weight end at the partition that exact fractions round to.
func TestRangesByWeight(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		list := equal(1 + rng.IntN(20))
		total := new(big.Int)
		for i := range list {
			list[i].Weight = 1 + rng.Uint32()>>rng.IntN(32)>>1
			total.Add(total, big.NewInt(int64(list[i].Weight)))
		}
		parts := uint32(1) + rng.Uint32()>>(1+rng.IntN(31))
		if parts == place.RedisSlots {
			continue
		}
		n, err := nodes.Assign(list, parts)
		require.NoError(t, err)
		sum, first := new(big.Int), uint32(0)
		for i := range list {
			sum.Add(sum, big.NewInt(int64(list[i].Weight)))
			end := new(big.Int).Mul(sum, big.NewInt(2*int64(parts)))
			end.Add(end, total).Div(end, new(big.Int).Lsh(total, 1)) // floor(x + 1/2)
			last := uint32(end.Uint64())
			if last == first {
				require.Empty(t, n.Ranges(i))
				continue
			}
			require.Equal(t, []nodes.Range{{First: first, Last: last - 1}}, n.Ranges(i))
			require.Equal(t, i, n.Owner(first))
			require.Equal(t, i, n.Owner(last-1))
			first = last
		}
		require.Equal(t, parts, first)
	}
	list := equal(3) // the sum times the partitions, and half of it, passes 2^64
	list[0].Weight, list[1].Weight, list[2].Weight = 1<<32-1, 1<<31, 1<<31
	n, err := nodes.Assign(list, place.MaxParts)
	require.NoError(t, err)
	require.Equal(t, []uint32{1<<30 - 1, 1<<30 + 1<<29 - 1, 1<<31 - 1}, ends(t, n))
}

func TestGivenPartitions(t *testing.T) {
	list, err := nodes.Read(strings.NewReader("a partitions=5-7,0\nb partitions=1-4\nnew partitions=\nold"), "f")
	require.NoError(t, err)
	n, err := nodes.Assign(list, 8)
	require.NoError(t, err)
	for partition, want := range []int{0, 1, 1, 1, 1, 0, 0, 0} {
		require.Equal(t, want, n.Owner(uint32(partition)), partition)
	}
	require.Equal(t, []nodes.Range{{First: 0, Last: 0}, {First: 5, Last: 7}}, n.Ranges(0))
	require.Empty(t, n.Ranges(2))
	require.Empty(t, n.Ranges(3))

	for says, file := range map[string]string{
		"partition 3 belongs to a and to b":                  "a partitions=0-3\nb partitions=3-7",
		"partition 0 of 8 belongs to no node":                "a partitions=1-7",
		"partition 4 of 8 belongs to no node":                "a partitions=0-3,5-7",
		"partition 7 of 8 belongs to no node":                "a partitions=0-6",
		"node a has the partitions 0-8: they go from 0 to 7": "a partitions=0-8",
		"partition 0 of 8 belongs to no node ":               "a partitions=",
	} {
		list, err := nodes.Read(strings.NewReader(file), "f")
		require.NoError(t, err)
		_, err = nodes.Assign(list, 8)
		require.ErrorContains(t, err, strings.TrimSpace(says))
	}
	_, err = nodes.Assign(nil, 8)
	require.ErrorContains(t, err, "no nodes")
	_, err = nodes.Assign(equal(2), 0)
	require.ErrorContains(t, err, "0 partitions for 2 nodes")
	_, err = nodes.Assign(append(equal(2), equal(1)...), 8)
	require.ErrorContains(t, err, "node 2 is n0, as node 0 is")
	_, err = nodes.OneEach(nil)
	require.ErrorContains(t, err, "no nodes")
}

func TestOneEach(t *testing.T) {
	n, err := nodes.OneEach(equal(3))
	require.NoError(t, err)
	require.Equal(t, uint32(3), n.Partitions())
	require.Equal(t, []int{0, 1, 2, -1, -1}, []int{n.Owner(0), n.Owner(1), n.Owner(2), n.Owner(3), n.Owner(place.NoPartition)})
	require.Equal(t, []uint32{0, 1, 2}, ends(t, n))
	require.Len(t, nodes.Members(n.List()), 3)
	require.Equal(t, "n2", nodes.Members(n.List())[2].Name)
}

func TestRead(t *testing.T) {
	list, err := nodes.Read(strings.NewReader("# a cluster\r\n\r\n"+
		"10.0.0.1:6379  weight=3\track=eu-1 # the old one\r\n"+
		"  node#2 partitions=0-99,150 token=-9223372036854775808,5\n"+
		"größer rack=r=1"), "f")
	require.NoError(t, err)
	require.Equal(t, []nodes.Node{
		{Member: place.Member{Name: "10.0.0.1:6379", Weight: 3, Rack: "eu-1"}},
		{Member: place.Member{Name: "node#2", Tokens: []int64{-1 << 63, 5}}, Partitions: []nodes.Range{{First: 0, Last: 99}, {First: 150, Last: 150}}},
		{Member: place.Member{Name: "größer", Rack: "r=1"}},
	}, list)

	for says, file := range map[string]string{
		"f: it has no node":                                          " # nothing\n",
		"f:2: weight=0: it is a number from 1":                       "\na weight=0",
		"f:1: weight=-1: it is a number from 1":                      "a weight=-1",
		"f:1: weight=4294967296: it is":                              "a weight=4294967296",
		"f:1: \"heavy\" is no attribute":                             "a heavy",
		`f:1: unknown attribute "weihgt": did you mean "weight"?`:    "a weihgt=3",
		"f:1: weight= is there twice":                                "a weight=1 weight=2",
		"f:3: a is there already, in line 1":                         "a\nb\na",
		`f:1: partitions=: "9-3" is neither`:                         "a partitions=9-3",
		`f:1: partitions=: "" is neither`:                            "a partitions=1,",
		`f:1: partitions=: "x" is neither`:                           "a partitions=1,x",
		`f:1: partitions=: "4294967296" is neither`:                  "a partitions=4294967296",
		`f:1: token=: "9223372036854775808" is no signed number`:     "a token=9223372036854775808",
		`f:1: token=: "" is no signed number`:                        "a token=",
		`f:1: rack=""`:                                               "a rack=",
		`f:1: the line begins with "weight=3": the name comes first`: "weight=3 a",
		`f:1: the name "a\x1b[2J" has characters`:                    "a\x1b[2J",
		`f:1: the name "\ufeffa" has characters`:                     "\ufeffa",
		`f:1: the name "\xff" has characters`:                        "\xff",
		"f:2: the line is longer than 1048576 bytes":                 "a\nb token=" + strings.Repeat("1,", 1<<20),
	} {
		_, err := nodes.Read(strings.NewReader(file), "f")
		require.ErrorContains(t, err, says)
	}
	_, err = nodes.Read(failing{}, "f")
	require.ErrorContains(t, err, "f: the disk is gone")
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fmt.Errorf("the disk is gone") }
