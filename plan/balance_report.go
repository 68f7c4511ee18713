package plan

import (
	"math"
	"math/big"

	"github.com/keymill/keymill/hash"
)

// BalanceReport says how evenly placements spread the rows of a stream. All but the number
// of distinct keys, chance and a heaviest key that is not exact comes of exact sums.
type BalanceReport struct {
	By         Measure     `json:"by"`
	Stream     Load        `json:"stream"` // all rows, those without a partition too
	Distinct   Distinct    `json:"distinct_keys"`
	Placements []*Balanced `json:"placements"`
}

// Balanced is what one placement makes of the stream.
type Balanced struct {
	Scheme     string   `json:"scheme"`
	Hash       string   `json:"hash"`
	Partitions uint32   `json:"partitions"`
	Warning    string   `json:"warning,omitempty"`          // see [place.Scheme.Warning]
	Numbered   bool     `json:"numbered_members,omitempty"` // of a scheme of members, whose names nobody gave
	Placed     Load     `json:"placed"`
	Unplaced   Load     `json:"unplaced"` // rows that the system places by chance, or not at all
	Heaviest   Heaviest `json:"heaviest_key"`

	// Spread is over the partitions; of a scheme of members those are the nodes.
	Spread map[Measure]*Beside `json:"spread"`
	// NodeSpread is over the nodes that have the partitions, if they were named.
	NodeSpread map[Measure]*Beside `json:"node_spread,omitempty"`
	// NodePartitions is max/mean of the numbers of partitions of the nodes: what keys could not
	// be more even than, if all partitions had the same.
	NodePartitions float64 `json:"node_partitions_max_over_mean,omitempty"`

	Nodes []BalancedNode `json:"nodes,omitempty"`
	Loads *Loads         `json:"loads"` // of each partition

	placing Placing
}

// Heaviest is the heaviest of the keys that a placement places, by the measure that is balanced.
type Heaviest struct {
	KeyName        // if it is known
	AtMost  uint64 `json:"at_most"` // no key has more
	Exact   bool   `json:"exact"`   // this key has as much
}

// Beside is a spread beside what chance alone makes of it.
type Beside struct {
	Spread
	P      float64 `json:"p"` // see [Chance.P]
	Chance *Chance `json:"chance"`
	// Floor is the max/mean below which no function comes, since the heaviest key is on one of the partitions:
	// of the measure that is balanced. It is no less than 1, and if the heaviest key is not exact, at most this.
	Floor float64 `json:"floor,omitempty"`
}

// Beyond says on which side of what chance gives in 99 of 100 cases the spread is, by its CV: 1 is less even,
// -1 more even, and 0 as even.
func (b *Beside) Beyond() int {
	switch {
	case b.Chance.CV.Holds(b.CV):
		return 0
	case b.CV > b.Chance.CV.Median:
		return 1
	}
	return -1
}

// BalancedNode is a node, and what its partitions have.
type BalancedNode struct {
	Node       string  `json:"node"`
	Share      uint32  `json:"share"` // its weight
	Partitions uint32  `json:"partitions"`
	Load       Load    `json:"load"`
	OverShare  float64 `json:"over_share"` // its load by the measure that is balanced, over its share of all
	Band       Range   `json:"band"`       // where chance alone would have that
}

// Report returns the report of what was added. Nobody may add meanwhile; the loads in the report
// are in the memory of the balance.
func (b *Balance) Report() (*BalanceReport, error) {
	r := &BalanceReport{By: b.by, Distinct: b.sample.Distinct()}
	for i, t := range b.tallies {
		placed, err := b.balanced(i, t)
		if err != nil {
			return nil, err
		}
		r.Placements = append(r.Placements, placed)
		r.Stream = placed.Placed.Plus(placed.Unplaced)
	}
	r.boundKeys()
	return r, nil
}

// boundKeys says that a key has no more than the partition that it is in: of a placement that
// places all rows that is so of every key.
func (r *BalanceReport) boundKeys() {
	every := uint64(math.MaxUint64)
	for _, p := range r.Placements {
		if p.Unplaced.Keys == 0 {
			every = min(every, p.Spread[r.By].Max)
		}
	}
	for _, p := range r.Placements {
		p.Heaviest.AtMost = min(p.Heaviest.AtMost, p.Spread[r.By].Max, every)
		p.setFloor(r.By)
	}
}

func (b *Balance) balanced(i int, t *Tally) (*Balanced, error) {
	placing := b.placings[i]
	scheme := placing.Scheme.With(hash.Default, hash.Seed{})
	p := &Balanced{
		Scheme: scheme.Name, Hash: scheme.Hash.String(), Partitions: scheme.Parts, Warning: scheme.Warning(),
		Numbered: placing.Members && placing.Owners == nil,
		Spread:   map[Measure]*Beside{}, placing: placing,
	}
	p.Loads, p.Unplaced = t.Sum()
	p.Placed = t.total.load().minus(p.Unplaced)
	p.addNodes()
	bounds := b.bounds(i)
	for j, m := range b.measures {
		of, err := bounds[j].beside(p.Loads.Len(), func(part int) uint64 { return m.Of(p.Loads.At(part)) }, placing.shares())
		if err != nil {
			return nil, err
		}
		p.Spread[m] = of
		if m == b.by {
			p.Heaviest = Heaviest{AtMost: bounds[j].Heaviest}
		}
		if len(p.Nodes) == 0 || placing.Members {
			continue
		}
		if p.NodeSpread == nil {
			p.NodeSpread = map[Measure]*Beside{}
		}
		if p.NodeSpread[m], err = bounds[j].beside(len(p.Nodes), func(n int) uint64 { return m.Of(p.Nodes[n].Load) }, p.nodeShares()); err != nil {
			return nil, err
		}
	}
	return p, p.finishNodes(b.by)
}

// beside returns the spread of n loads, beside chance.
func (b *Bounds) beside(n int, load func(i int) uint64, shares []uint64) (*Beside, error) {
	spread, err := spreadOf(n, load, shares)
	if err != nil {
		return nil, err
	}
	keys, off := b.Effective()
	chance, err := NewChance(n, shares, keys, off)
	if err != nil {
		return nil, err
	}
	return &Beside{Spread: spread, Chance: chance, P: chance.P(spread)}, nil
}

func (p *Balanced) nodeShares() []uint64 {
	if p.placing.Owners == nil {
		return nil
	}
	return nodeShares(p.placing.Owners.List())
}

// Owner returns the name of the node that has the partition; "" if none was named.
func (p *Balanced) Owner(partition int) string {
	if p.placing.Owners == nil {
		return ""
	}
	return p.Nodes[p.placing.Owners.Owner(uint32(partition))].Node
}

// addNodes sums up what nodes have.
func (p *Balanced) addNodes() {
	if p.placing.Owners == nil {
		return
	}
	for _, n := range p.placing.Owners.List() {
		p.Nodes = append(p.Nodes, BalancedNode{Node: n.Name, Share: max(n.Weight, 1)})
	}
	for part := range p.Loads.Len() {
		n := &p.Nodes[p.placing.Owners.Owner(uint32(part))]
		n.Partitions++
		n.Load = n.Load.Plus(p.Loads.At(part))
	}
}

// finishNodes says of each node what it has beside its share.
func (p *Balanced) finishNodes(by Measure) error {
	if len(p.Nodes) == 0 {
		return nil
	}
	of := p.Spread[by]
	if p.NodeSpread != nil {
		of = p.NodeSpread[by]
		parts := make([]uint64, len(p.Nodes))
		for i, n := range p.Nodes {
			parts[i] = uint64(n.Partitions)
		}
		layout, err := NewSpread(parts, p.nodeShares())
		if err != nil {
			return err
		}
		p.NodePartitions = layout.MaxMean
	}
	shares := uint64(0)
	for _, n := range p.Nodes {
		shares += uint64(n.Share)
	}
	for i := range p.Nodes {
		n := &p.Nodes[i]
		n.Band = of.Chance.Band(i)
		n.OverShare = overShare(by.Of(n.Load), uint64(n.Share), of.Total, shares)
	}
	return nil
}

// overShare returns load over share/shares of the total; 0 if there is none.
func overShare(load, share, total, shares uint64) float64 {
	if total == 0 {
		return 0
	}
	return quotient(product(bigInt(load), bigInt(shares)), product(bigInt(share), bigInt(total)))
}

// setFloor says how even the heaviest key lets it be.
func (p *Balanced) setFloor(by Measure) {
	p.Spread[by].setFloor(p.Heaviest.AtMost, p.placing.shares())
	if p.NodeSpread != nil {
		p.NodeSpread[by].setFloor(p.Heaviest.AtMost, p.nodeShares())
	}
}

func (b *Beside) setFloor(heaviest uint64, shares []uint64) {
	if b.Total == 0 {
		return
	}
	// The best place for it is where the share is the largest.
	sum, largest := new(big.Int), uint64(1)
	for _, share := range shares {
		sum.Add(sum, bigInt(share))
		largest = max(largest, share)
	}
	if shares == nil {
		sum.SetInt64(int64(b.Of))
	}
	b.Floor = max(1, quotient(product(bigInt(heaviest), sum), product(bigInt(b.Total), bigInt(largest))))
}
