package crush

// choice is what the tunables and the steps so far say of how items are chosen.
type choice struct {
	kind          int32  // the type of what is chosen
	leaf          bool   // look for an OSD below it, too
	tries         uint32 // of a replica
	leafTries     uint32 // of the OSD below an item; 0: not set
	localTries    uint32 // in the same bucket, after collisions
	localFallback uint32 // in the same bucket without repetition: so many more than it has items
	varyR         uint32
	stable        bool
	descendOnce   bool
}

// settled returns the choice before the first step.
func settled(t tunables) choice {
	return choice{
		tries: t.totalTries + 1, localTries: t.localTries, localFallback: t.localFallback, // the tunable counts retries
		varyR: t.varyR, stable: t.stable, descendOnce: t.descendOnce,
	}
}

// set follows a step that sets something.
func (c *choice) set(s *step) {
	n := uint32(s.arg)
	switch {
	case s.op == opTries && n > 0: // 0 sets neither
		c.tries = n
	case s.op == opLeafTries && n > 0:
		c.leafTries = n
	case s.op == opLocalTries:
		c.localTries = n
	case s.op == opLocalFallback:
		c.localFallback = n
	case s.op == opVaryR:
		c.varyR = n
	case s.op == opStable:
		c.stable = n != 0
	}
}

// below returns the choice of the OSD below an item.
func (c *choice) below(indep bool) choice {
	of := *c
	of.kind, of.leaf = 0, false
	switch {
	case c.leafTries != 0:
		of.tries = c.leafTries
	case c.descendOnce || indep:
		of.tries = 1
	}
	return of
}

// kindOf returns the type of an item: 0 of an OSD.
func (p *Placer) kindOf(item int32) int32 {
	if item >= 0 {
		return 0
	}
	return p.bucket(item).kind
}

// firstn fills out with items for n replicas from the bucket, and leaves with the
// OSDs below them if the choice asks for those; it returns how many it found. A
// replica for which there is nothing is left out, and those after it move up.
func (p *Placer) firstn(from *bucket, c *choice, x uint32, n int, out, leaves []int32) int {
	found := 0
	for replica := 0; replica < n && found < len(out); replica++ {
		if p.one(from, c, x, uint32(replica), out, leaves, found) {
			found++
		}
	}
	return found
}

// one looks for an item for out[at] that is not in front of it yet. first is the
// number of the first draw: each that fails takes the next. It says whether there
// is such an item.
func (p *Placer) one(from *bucket, c *choice, x, first uint32, out, leaves []int32, at int) bool {
	failed := uint32(0)
	for {
		in, local := from, uint32(0) // each descent begins at the top
		for again := true; again; {
			r := first + failed
			collides := false
			if len(in.items) > 0 {
				item := p.drawLocally(in, c, x, r, at, local)
				if p.kindOf(item) != c.kind {
					if item >= 0 {
						return false // an OSD: further down there is nothing
					}
					in = p.bucket(item)
					continue
				}
				collides = has(out[:at], item)
				if !collides && p.reaches(item, c, x, r, leaves, at) {
					out[at] = item
					return true
				}
			}
			failed++
			local++
			again = collides && local <= c.localTries ||
				c.localFallback > 0 && local <= uint32(len(in.items))+c.localFallback
		}
		if failed >= c.tries {
			return false
		}
	}
}

// drawLocally draws as often is drawn in one bucket: at last without repetition.
func (p *Placer) drawLocally(in *bucket, c *choice, x, r uint32, at int, local uint32) int32 {
	if c.localFallback > 0 && local >= uint32(len(in.items))/2 && local > c.localFallback {
		return p.uniform(in, x, r)
	}
	return p.draw(in, x, r, at)
}

// reaches says whether an item that draw r has found is one to keep: it is an OSD
// that is in, or there is one below, which then is in leaves[at].
func (p *Placer) reaches(item int32, c *choice, x, r uint32, leaves []int32, at int) bool {
	if c.leaf && item < 0 {
		first := uint32(0)
		if !c.stable {
			first = uint32(at)
		}
		if c.varyR > 0 {
			first += r >> (c.varyR - 1)
		}
		below := c.below(false)
		return p.one(p.bucket(item), &below, x, first, leaves, nil, at)
	}
	if c.leaf {
		leaves[at] = item
	}
	return item < 0 || !p.isOut(item, x)
}

// indep fills out with items for so many of n replicas, and leaves with the OSDs
// below them if the choice asks for those. Each place draws for itself, whatever
// becomes of the others: one that finds nothing is None.
func (p *Placer) indep(from *bucket, c *choice, x uint32, n int, out, leaves []int32) {
	for i := range out {
		out[i], leaves[i] = undefined, undefined
	}
	left := len(out)
	for failed := uint32(0); left > 0 && failed < c.tries; failed++ {
		for at := range out {
			if out[at] == undefined && p.settle(from, c, x, uint32(n), failed, out, leaves, at) {
				left--
			}
		}
	}
	for i := range out {
		if out[i] == undefined {
			out[i] = None
		}
		if leaves[i] == undefined {
			leaves[i] = None
		}
	}
}

// settle tries to fill out[at], and says whether that is settled.
func (p *Placer) settle(from *bucket, c *choice, x, n, failed uint32, out, leaves []int32, at int) bool {
	item, r := p.descend(from, c.kind, x, uint32(at), n, failed, 0)
	switch {
	case item == None:
		out[at], leaves[at] = None, None
		return true
	case item == undefined || has(out, item):
		return false
	case c.leaf && item < 0:
		if leaves[at] = p.below(item, c, x, uint32(at), r, n); leaves[at] == None {
			return false
		}
	case c.leaf:
		leaves[at] = item
	}
	if item >= 0 && p.isOut(item, x) {
		return false
	}
	out[at] = item
	return true
}

// below returns an OSD below an item that draw r has found for a place, or None.
func (p *Placer) below(item int32, c *choice, x, at, r, n uint32) int32 {
	of := c.below(true)
	for failed := range of.tries {
		osd, _ := p.descend(p.bucket(item), 0, x, at+r, n, failed, int(at))
		if osd != undefined && !p.isOut(osd, x) { // an OSD is what all paths end at
			return osd
		}
	}
	return None
}

// descend draws from bucket to bucket down to an item of that type, and returns
// it and the number of its draw. It is undefined if a bucket is empty, and None if there
// is an OSD in place of such an item.
func (p *Placer) descend(in *bucket, kind int32, x, first, n, failed uint32, position int) (item int32, r uint32) {
	for {
		r = first + n*failed
		if in.uniform && uint32(len(in.items))%n == 0 {
			r += failed // else its draws would begin anew
		}
		if len(in.items) == 0 {
			return undefined, r
		}
		item = p.draw(in, x, r, position)
		switch {
		case p.kindOf(item) == kind:
			return item, r
		case item >= 0:
			return None, r
		}
		in = p.bucket(item)
	}
}

func has(items []int32, item int32) bool {
	for _, other := range items {
		if other == item {
			return true
		}
	}
	return false
}
