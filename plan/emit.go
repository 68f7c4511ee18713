package plan

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/keymill/keymill/nodes"
)

// Moves returns the partitions that change their node, at most so many unless that is 0: in
// ascending order, or those first that have most of the measure of the plan. It fails
// where a plan moves rows between partitions, or does not hold together.
func (r *Reshard) Moves(most int, largestFirst bool) ([]PartitionMove, error) {
	if r.Partitions == nil {
		return nil, errors.New("the plan moves rows from partition to partition: only partitions that go from node to node as a whole can be emitted")
	}
	if _, err := ParseMeasure(string(r.By)); err != nil {
		return nil, err
	}
	before, after := nodeNames(&r.Before), nodeNames(&r.After)
	moves := slices.Clone(r.Partitions)
	for i, m := range moves {
		if !before[m.From] || !after[m.To] || m.From == m.To || m.Partition >= r.Before.Partitions ||
			i > 0 && m.Partition <= moves[i-1].Partition {
			return nil, fmt.Errorf("move %d of the plan, partition %d from %s to %s, does not go with its nodes or with the moves before: make the plan anew",
				i, m.Partition, m.From, m.To)
		}
	}
	if largestFirst {
		slices.SortStableFunc(moves, func(a, b PartitionMove) int { return cmp.Compare(r.By.Of(b.Load), r.By.Of(a.Load)) })
	}
	if most > 0 {
		moves = moves[:min(most, len(moves))]
	}
	return moves, nil
}

// Gone returns the nodes before that are not there after.
func (r *Reshard) Gone() (names []string) {
	after := nodeNames(&r.After)
	for _, n := range r.Before.Nodes {
		if !after[n.Node] {
			names = append(names, n.Node)
		}
	}
	return names
}

func nodeNames(l *Layout) map[string]bool {
	names := map[string]bool{}
	for _, n := range l.Nodes {
		names[n.Node] = true
	}
	return names
}

// EmitCSV writes the moves as a table with a heading.
func EmitCSV(out io.Writer, moves []PartitionMove) error {
	w := csv.NewWriter(out)
	weighted := slices.ContainsFunc(moves, func(m PartitionMove) bool { return m.Weight > 0 })
	row := []string{"partition", "from", "to", "keys", "bytes"}
	if weighted {
		row = append(row, "weight")
	}
	err := w.Write(row)
	for _, m := range moves {
		row = append(row[:0], strconv.FormatUint(uint64(m.Partition), 10), m.From, m.To, strconv.FormatUint(m.Keys, 10), strconv.FormatUint(m.Bytes, 10))
		if weighted {
			row = append(row, strconv.FormatUint(m.Weight, 10))
		}
		err = errors.Join(err, w.Write(row))
	}
	w.Flush()
	return errors.Join(err, w.Error())
}

// EmitNodes writes the nodes of a layout as a file of nodes, as [nodes.Read] reads it.
func EmitNodes(out io.Writer, l *Layout) error {
	for _, n := range l.Nodes {
		rack := ""
		if n.Rack != "" {
			rack = " rack=" + n.Rack
		}
		if _, err := fmt.Fprintf(out, "%s weight=%d%s partitions=%s\n", n.Node, n.Weight, rack, n.Partitions); err != nil {
			return err
		}
	}
	return nil
}

// owners returns who has the partitions of a layout.
func (l *Layout) owners() (*nodes.Nodes, error) {
	var text bytes.Buffer
	if err := EmitNodes(&text, l); err != nil {
		return nil, err
	}
	list, err := nodes.Read(&text, "the nodes of the plan")
	if err != nil {
		return nil, err
	}
	return nodes.Assign(list, l.Partitions)
}
