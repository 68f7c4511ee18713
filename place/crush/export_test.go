package crush

import "sort"

// Work bounds how many items a rule draws for an x.
func (m *Map) Work(ruleID uint32, replicas int) float64 {
	r, err := m.rule(ruleID)
	if err != nil {
		return 0
	}
	c := settled(m.tunables)
	size := 0
	for _, b := range m.buckets {
		size = max(size, len(b.items))
	}
	work := 0.0
	for i := range r.steps {
		s := &r.steps[i]
		c.set(s)
		if s.op != opChoose {
			continue
		}
		local := float64(c.localTries + 1)
		if c.localFallback > 0 {
			local += float64(size) + float64(c.localFallback)
		}
		tries := float64(c.tries) * local
		if s.leaf {
			below := c.below(s.indep)
			tries *= 1 + float64(below.tries)*local
		}
		n := max(int(s.arg), replicas+int(s.arg), 0)
		work += float64(n*replicas) * tries * maxDepth * float64(max(size, 1))
	}
	return work
}

// Weights returns the weights of the items of a bucket.
func (m *Map) Weights(bucket int32) (weights []uint32) {
	for _, d := range m.bucket(bucket).draws[0] {
		weight := uint32(0)
		if d.inverse != 0 {
			weight = uint32(sort.Search(1<<30, func(n int) bool { return d.quotient(uint64(n)) >= 1 }))
		}
		weights = append(weights, weight)
	}
	return weights
}
