// Package nodes says which node has which partitions: the last step of placement,
// for systems that place keys in partitions and give those to nodes. A list of
// nodes stands in a file, see [Read]; [Assign] makes of it the map from partition
// to node.
package nodes

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/keymill/keymill/place"
)

// Node is a member of a cluster, and the partitions that it has if they are known.
type Node struct {
	place.Member
	// Partitions are those that the node was given; nil says nothing, while an empty
	// list says that the node has none.
	Partitions []Range
}

// Range is a range of partitions, both ends included.
type Range struct{ First, Last uint32 }

// Members returns the nodes as members, as [place.LookupMembers] takes them.
func Members(list []Node) []place.Member {
	members := make([]place.Member, len(list))
	for i, n := range list {
		members[i] = n.Member
	}
	return members
}

// Nodes is a map from partitions to nodes. It never changes.
type Nodes struct {
	list  []Node
	parts uint32
	owned []owned // ascending, without a gap; nil if partition i is node i
}

type owned struct {
	Range
	node int
}

// Assign gives each of so many partitions its node: by the Partitions of the
// nodes if any node has them, each partition exactly once; else in the order of the
// list each node has a range as long as its weight asks. Of equal weights the
// slots of a Redis cluster, [place.RedisSlots], lie as `redis-cli --cluster create`
// lays them over the masters in the order in which it lists them. The nodes' names
// differ.
func Assign(list []Node, parts uint32) (*Nodes, error) {
	if err := checkNames(list); err != nil {
		return nil, err
	}
	if parts == 0 || parts > place.MaxParts {
		return nil, fmt.Errorf("%d partitions for %d nodes: it takes 1 to %d", parts, len(list), uint32(place.MaxParts))
	}
	n := &Nodes{list: slices.Clone(list), parts: parts}
	switch {
	case slices.ContainsFunc(list, func(n Node) bool { return n.Partitions != nil }):
		return n, n.given()
	case parts == place.RedisSlots && len(list) <= place.RedisSlots && sameWeights(list):
		n.asRedis()
	default:
		n.byWeight()
	}
	return n, nil
}

// OneEach returns the map of a scheme of members, [place.LookupMembers], where
// partition i is node i.
func OneEach(list []Node) (*Nodes, error) {
	if err := checkNames(list); err != nil {
		return nil, err
	}
	return &Nodes{list: slices.Clone(list), parts: uint32(len(list))}, nil
}

// List returns the nodes, in the order in which they were given. The list is the
// map's: read it only.
func (n *Nodes) List() []Node { return n.list }

// Partitions returns the number of partitions.
func (n *Nodes) Partitions() uint32 { return n.parts }

// Owner returns the number of the node that has the partition, or -1 if there is no
// such partition, as of [place.NoPartition].
func (n *Nodes) Owner(partition uint32) int {
	switch {
	case partition >= n.parts:
		return -1
	case n.owned == nil:
		return int(partition)
	}
	i, _ := slices.BinarySearchFunc(n.owned, partition, func(o owned, p uint32) int { return cmp.Compare(o.Last, p) })
	return n.owned[i].node
}

// Ranges returns the partitions of a node, in ascending ranges.
func (n *Nodes) Ranges(node int) (ranges []Range) {
	if n.owned == nil {
		return []Range{{uint32(node), uint32(node)}}
	}
	for _, o := range n.owned {
		if o.node == node {
			ranges = append(ranges, o.Range)
		}
	}
	return ranges
}

func checkNames(list []Node) error {
	if len(list) == 0 {
		return fmt.Errorf("no nodes: it takes at least one")
	}
	if uint64(len(list)) > place.MaxParts {
		return fmt.Errorf("%d nodes: it takes at most %d", len(list), uint32(place.MaxParts))
	}
	first := make(map[string]int, len(list))
	for i, n := range list {
		if other, doubled := first[n.Name]; doubled {
			return fmt.Errorf("node %d is %s, as node %d is: each is there once", i, n.Name, other)
		}
		first[n.Name] = i
	}
	return nil
}

func sameWeights(list []Node) bool {
	return !slices.ContainsFunc(list, func(n Node) bool { return weight(n) != weight(list[0]) })
}

func weight(n Node) uint64 { return uint64(max(n.Weight, 1)) }

// given takes the partitions as the nodes have them.
func (n *Nodes) given() error {
	n.owned = []owned{}
	for i, node := range n.list {
		for _, r := range node.Partitions {
			if r.First > r.Last || r.Last >= n.parts {
				return fmt.Errorf("node %s has the partitions %d-%d: they go from 0 to %d, and ascend", node.Name, r.First, r.Last, n.parts-1)
			}
			n.owned = append(n.owned, owned{r, i})
		}
	}
	slices.SortFunc(n.owned, func(a, b owned) int { return cmp.Compare(a.First, b.First) })
	next := uint64(0)
	for i, o := range n.owned {
		if uint64(o.First) < next {
			return fmt.Errorf("partition %d belongs to %s and to %s", o.First, n.list[n.owned[i-1].node].Name, n.list[o.node].Name)
		}
		if uint64(o.First) > next {
			return fmt.Errorf("partition %d of %d belongs to no node", next, n.parts)
		}
		next = uint64(o.Last) + 1
	}
	if next < uint64(n.parts) {
		return fmt.Errorf("partition %d of %d belongs to no node", next, n.parts)
	}
	return nil
}

// asRedis lays the slots as redis-cli does, in single precision: of 78 nodes and
// more its sums are off so far that a slot lies elsewhere than by exact rounding.
//
// Source: redis src/redis-cli.c, clusterManagerCommandCreate.
func (n *Nodes) asRedis() {
	each := float32(n.parts) / float32(len(n.list))
	cursor, first := float32(0), uint32(0)
	for i := range n.list {
		last := uint32(max(math.Round(float64(float32(cursor+each)-1)), float64(first)))
		if i == len(n.list)-1 {
			last = n.parts - 1
		}
		n.owned = append(n.owned, owned{Range{first, last}, i})
		first = last + 1
		cursor += each
	}
}

// byWeight rounds the end of each range to the nearest partition.
func (n *Nodes) byWeight() {
	total := uint64(0)
	for _, node := range n.list {
		total += weight(node) // fewer than 2^31 of fewer than 2^32
	}
	n.owned = make([]owned, 0, len(n.list))
	sum, first := uint64(0), uint64(0)
	for i, node := range n.list {
		sum += weight(node)
		hi, lo := bits.Mul64(sum, uint64(n.parts))
		lo, carry := bits.Add64(lo, total/2, 0)
		end, _ := bits.Div64(hi+carry, lo, total) // at most parts
		if end > first {
			n.owned = append(n.owned, owned{Range{uint32(first), uint32(end - 1)}, i})
		}
		first = end
	}
}
