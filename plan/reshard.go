package plan

import (
	"fmt"
	"strconv"

	"github.com/keymill/keymill/nodes"
)

// Reshard is what moves when a placement changes: the report of `keymill plan reshard`, and what
// `keymill plan emit` reads.
type Reshard struct {
	Before Layout `json:"before"`
	After  Layout `json:"after"`
	Rows   int64  `json:"rows"` // that were read
	Movement

	// Rebalanced is there if the owners after were computed: see [Rebalance].
	Rebalanced *RebalanceReport `json:"rebalanced,omitempty"`

	// Partitions are those that change their node, in ascending order, if all that
	// changes is which node has which partition; else nil.
	Partitions []PartitionMove `json:"partition_moves"`
}

// Layout is a placement, and who has its partitions.
type Layout struct {
	Scheme     string       `json:"scheme"`
	Hash       string       `json:"hash"`
	Partitions uint32       `json:"partitions"`
	Nodes      []LayoutNode `json:"nodes,omitempty"` // with what they have; none if nodes were not named
}

// LayoutNode is a node, as a file of nodes has it.
type LayoutNode struct {
	Node       string `json:"node"`
	Weight     uint32 `json:"weight"`
	Rack       string `json:"rack,omitempty"`
	Partitions string `json:"partitions"` // "0-99,150"; "" if it has none
}

// RebalanceReport says how good a [Rebalanced] is.
type RebalanceReport struct {
	By    string `json:"by"`    // keys, bytes, weight or partitions
	Total uint64 `json:"total"` // of that
	Moved uint64 `json:"moved"`
	Bound uint64 `json:"at_least"` // no plan moves less that leaves nodes as near to their shares

	// How unevenly nodes have it after.
	Spread Spread `json:"spread"`
}

// PartitionMove is a partition that goes from one node to another, and what it has.
type PartitionMove struct {
	Partition uint32 `json:"partition"`
	From      string `json:"from"`
	To        string `json:"to"`
	Load
}

// LayoutNodes returns the nodes of a layout; owners is which of them has each
// partition.
func LayoutNodes(list []nodes.Node, owners []uint32) []LayoutNode {
	ranges := make([][]byte, len(list))
	for start := 0; start < len(owners); {
		end, owner := start, owners[start]
		for end+1 < len(owners) && owners[end+1] == owner {
			end++
		}
		text := ranges[owner]
		if len(text) > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, int64(start), 10)
		if end > start {
			text = strconv.AppendInt(append(text, '-'), int64(end), 10)
		}
		ranges[owner] = text
		start = end + 1
	}
	all := make([]LayoutNode, len(list))
	for i, n := range list {
		all[i] = LayoutNode{n.Name, max(n.Weight, 1), n.Rack, string(ranges[i])}
	}
	return all
}

// MovePartitions adds to moves what each partition has, which goes from its owner before to
// that after, and returns the partitions whose node is another.
func MovePartitions(moves *Moves, loads *Loads, before, after []uint32) ([]PartitionMove, error) {
	if loads.Len() != len(before) || loads.Len() != len(after) {
		return nil, fmt.Errorf("%d partitions with %d owners before and %d after: each has one", loads.Len(), len(before), len(after))
	}
	all := []PartitionMove{}
	for p := range before {
		load := loads.At(p)
		if err := moves.AddLoad(before[p], after[p], load); err != nil {
			return nil, err
		}
		if moves.same[before[p]] != after[p] {
			all = append(all, PartitionMove{uint32(p), moves.from.place(before[p]).String(), moves.to.place(after[p]).String(), load})
		}
	}
	return all, nil
}
