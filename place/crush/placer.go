package crush

import "fmt"

// Options are what of a cluster counts for a placement but does not stand in its map.
type Options struct {
	// Reweights says of each OSD, by its id, how far it is in, in 16.16: [In] or more is
	// wholly, 0 is out. OSDs beyond its end are out; nil says that all are in.
	Reweights []uint32
	// Pool is the pool whose choose_args count. One that has none takes those of
	// [DefaultChooseArgs], if the map has them.
	Pool int64
}

// Placer follows a rule of a map, for pools of one size. It holds the memory that
// this takes, so calls allocate nothing, and only one goroutine may use it at a time.
type Placer struct {
	m         *Map
	buckets   []bucket
	rule      *rule
	replicas  int
	reweights []uint32
	allIn     bool
	// What the steps hand on: items that were chosen, what is being chosen, and the
	// OSDs below that.
	taken, chosen, leaves []int32
	orders                []order // of buckets, for draws without repetition; nil if there are none
}

// Placer returns what follows the rule of that id for so many replicas, or chunks
// of an erasure code: 1 to 1024. It keeps the reweights.
func (m *Map) Placer(ruleID uint32, replicas int, o Options) (*Placer, error) {
	r, err := m.rule(ruleID)
	if err != nil {
		return nil, err
	}
	if replicas < 1 || replicas > maxReplicas {
		return nil, fmt.Errorf("%d replicas: it takes 1 to %d", replicas, maxReplicas)
	}
	p := &Placer{
		m: m, buckets: m.withArgs(o.Pool), rule: r, replicas: replicas, reweights: o.Reweights, allIn: o.Reweights == nil,
		taken: make([]int32, replicas), chosen: make([]int32, replicas), leaves: make([]int32, replicas),
	}
	p.makeOrders()
	return p, nil
}

// Replicas returns how many OSDs the placer looks for.
func (p *Placer) Replicas() int { return p.replicas }

// Place writes the OSDs of x to dst, which has room for all replicas, and returns how
// many it wrote: fewer if the rule emits fewer. Where a rule leaves a hole there is
// [None].
func (p *Placer) Place(dst []int32, x uint32) int {
	_ = dst[p.replicas-1]
	c := settled(p.m.tunables)
	items, n := 0, 0
	for i := range p.rule.steps {
		s := &p.rule.steps[i]
		switch s.op {
		case opTake:
			p.taken[0], items = s.arg, 1
		case opEmit:
			n += copy(dst[n:p.replicas], p.taken[:items])
			items = 0
		case opChoose:
			items = p.choose(s, &c, x, items)
		default:
			c.set(s)
		}
	}
	return n
}

// PlaceAll places many x: dst has room for all replicas of each, one x behind the
// other. What the rule does not emit is [None].
func (p *Placer) PlaceAll(dst []int32, xs []uint32) {
	for i, x := range xs {
		osds := dst[i*p.replicas:][:p.replicas]
		for n := p.Place(osds, x); n < len(osds); n++ {
			osds[n] = None
		}
	}
}

// choose follows a step for each of the items that the one before left in taken,
// leaves there what it chose, and returns how many.
func (p *Placer) choose(s *step, c *choice, x uint32, items int) int {
	c.kind, c.leaf = s.kind, s.leaf
	found := 0
	for _, from := range p.taken[:items] {
		n := int(s.arg)
		if n <= 0 {
			n += p.replicas
		}
		if n <= 0 || from >= 0 { // an OSD has nothing to choose from, nor has a hole
			continue
		}
		in, room := p.bucket(from), p.replicas-found
		out, leaves := p.chosen[found:], p.leaves[found:]
		if s.indep {
			n, room := n, min(n, room)
			p.indep(in, c, x, n, out[:room], leaves[:room])
			found += room
		} else {
			found += p.firstn(in, c, x, n, out, leaves)
		}
	}
	if s.leaf {
		p.chosen, p.leaves = p.leaves, p.chosen
	}
	p.taken, p.chosen = p.chosen, p.taken
	return found
}

func (p *Placer) bucket(id int32) *bucket { return &p.buckets[p.m.index[-1-id]] }

// isOut says whether an OSD does not take x, by its reweight.
func (p *Placer) isOut(osd int32, x uint32) bool {
	switch {
	case p.allIn:
		return false
	case int(osd) >= len(p.reweights):
		return true
	case p.reweights[osd] >= In:
		return false
	}
	return hash2(x, uint32(osd))&0xffff >= p.reweights[osd]
}
