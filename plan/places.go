package plan

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/nodes"
)

// Places are what rows lie in: the nodes of a cluster, or, where there are none,
// partitions.
type Places struct {
	N       uint32   // how many
	Names   []string // of nodes, which differ; nil: the places are partitions, and go by their numbers
	Weights []uint32 // the share that each shall have, beside the others; nil: all the same
}

// Partitions returns so many partitions, which shall have the same.
func Partitions(n uint32) Places { return Places{N: n} }

// Nodes returns the nodes as places; a weight of 0 stands for 1.
func Nodes(list []nodes.Node) Places {
	p := Places{N: uint32(len(list))}
	for _, node := range list {
		p.Names = append(p.Names, node.Name)
		p.Weights = append(p.Weights, max(node.Weight, 1))
	}
	return p
}

// weight returns the weight of a place.
func (p *Places) weight(i uint32) uint64 {
	if p.Weights == nil {
		return 1
	}
	return uint64(max(p.Weights[i], 1))
}

// weights returns the sum of the weights: fewer than 2^32 of fewer than 2^32.
func (p *Places) weights() (sum uint64) {
	if p.Weights == nil {
		return uint64(p.N)
	}
	for i := range p.N {
		sum += p.weight(i)
	}
	return sum
}

// place returns what place i is called.
func (p *Places) place(i uint32) Place {
	if p.Names == nil {
		return Place{Partition: i}
	}
	return Place{Node: p.Names[i]}
}

func (p *Places) check() error {
	switch {
	case p.N == 0:
		return fmt.Errorf("no places: it takes at least one")
	case p.Names != nil && len(p.Names) != int(p.N), p.Weights != nil && len(p.Weights) != int(p.N):
		return fmt.Errorf("%d places with %d names and %d weights: each has one, or none has", p.N, len(p.Names), len(p.Weights))
	}
	first := make(map[string]int, len(p.Names))
	for i, name := range p.Names {
		if other, doubled := first[name]; doubled || name == "" {
			return fmt.Errorf("node %d has the name %q, and node %d: each has one of its own", i, name, other)
		}
		first[name] = i
	}
	return nil
}

// same returns of each place of p which of to is the same: the one of the same
// name, or number; [keymill.NoPartition] if there is none.
func (p *Places) same(to *Places) ([]uint32, error) {
	for _, places := range []*Places{p, to} {
		if err := places.check(); err != nil {
			return nil, err
		}
	}
	if (p.Names == nil) != (to.Names == nil) {
		return nil, fmt.Errorf("partitions before and nodes after, or nodes before and partitions after: what is the same place is known only among nodes, or among partitions")
	}
	numbers := make(map[string]uint32, len(to.Names))
	for i, name := range to.Names {
		numbers[name] = uint32(i)
	}
	same := make([]uint32, p.N)
	for i := range same {
		same[i] = keymill.NoPartition
		if p.Names == nil && uint32(i) < to.N {
			same[i] = uint32(i)
		} else if p.Names != nil {
			if j, there := numbers[p.Names[i]]; there {
				same[i] = j
			}
		}
	}
	return same, nil
}

// Place is one of [Places], as a report names it: in JSON the name of a node, or the
// number of a partition.
type Place struct {
	Node      string // "" if it is a partition
	Partition uint32
}

// String returns the name or the number.
func (p Place) String() string {
	if p.Node != "" {
		return p.Node
	}
	return strconv.FormatUint(uint64(p.Partition), 10)
}

// MarshalJSON writes the name or the number.
func (p Place) MarshalJSON() ([]byte, error) {
	if p.Node != "" {
		return json.Marshal(p.Node)
	}
	return strconv.AppendUint(nil, uint64(p.Partition), 10), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Place) UnmarshalJSON(text []byte) error {
	*p = Place{}
	if len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, &p.Node)
	}
	return json.Unmarshal(text, &p.Partition)
}
