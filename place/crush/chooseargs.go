package crush

// chooseArg is what the balancer sets in place of a bucket's weights and ids.
type chooseArg struct {
	bucket int32
	sets   [][]uint32 // the weights for each position of a replica; the last is for all more
	ids    []int32    // what is hashed in place of the items; nil: they are
}

// DefaultChooseArgs is the name of the choose_args of all pools that have none
// of their own.
const DefaultChooseArgs = int64(-1)

// chooseArgs reads a set of choose_args: its name is a pool, or that of the
// default, which crushtool writes without its sign.
func (p *parser) chooseArgs() {
	set := DefaultChooseArgs
	if !p.accept("18446744073709551615") {
		set = p.number("name of choose_args", -1, 1<<63-1)
	}
	if _, doubled := p.m.args[set]; doubled {
		p.fail("choose_args %d is there twice", set)
	}
	p.expect("{", "choose_args")
	args := []chooseArg{}
	seen := map[int32]bool{}
	for p.err == nil && !p.accept("}") {
		arg := p.chooseArg()
		if seen[arg.bucket] {
			p.fail("choose_args %d has bucket %d twice", set, arg.bucket)
		}
		seen[arg.bucket] = true
		args = append(args, arg)
	}
	p.m.args[set] = args
}

func (p *parser) chooseArg() (arg chooseArg) {
	p.expect("{", "a bucket of choose_args")
	p.expect("bucket_id", "a bucket of choose_args")
	arg.bucket = int32(p.number("bucket_id", -maxID, -1))
	if p.err != nil {
		return arg
	}
	if !p.m.has(arg.bucket) {
		p.fail("choose_args for bucket %d: the map has none with that id", arg.bucket)
		return arg
	}
	size := len(p.m.bucket(arg.bucket).items)
	for p.err == nil && !p.accept("}") {
		switch word := p.next(); word {
		case "weight_set":
			p.expect("[", "a weight_set")
			for p.err == nil && !p.accept("]") {
				arg.sets = append(arg.sets, p.weightSet(arg.bucket, size))
			}
		case "ids":
			p.expect("[", "ids")
			for p.err == nil && !p.accept("]") {
				arg.ids = append(arg.ids, int32(p.number("an id", -1<<31, 1<<31-1)))
			}
			if p.err == nil && len(arg.ids) != size {
				p.fail("%d ids for bucket %d of %d items: each has one", len(arg.ids), arg.bucket, size)
			}
		default:
			p.fail("%s in choose_args: a bucket has weight_set and ids there", shown(word))
		}
	}
	return arg
}

func (p *parser) weightSet(bucket int32, size int) (set []uint32) {
	p.expect("[", "the weights of a position")
	for p.err == nil && !p.accept("]") {
		set = append(set, p.weight("an item"))
	}
	if p.err == nil && len(set) != size {
		p.fail("%d weights for bucket %d of %d items: each has one", len(set), bucket, size)
	}
	return set
}

// withArgs returns the buckets as choose_args of a pool have them.
func (m *Map) withArgs(pool int64) []bucket {
	args, own := m.args[pool]
	if !own {
		args = m.args[DefaultChooseArgs]
	}
	if len(args) == 0 {
		return m.buckets
	}
	buckets := append([]bucket(nil), m.buckets...)
	for _, arg := range args {
		b := &buckets[m.index[-1-arg.bucket]]
		if b.uniform {
			continue // it does not ask for them
		}
		b.draws = arg.draws(b)
	}
	return buckets
}

func (a *chooseArg) draws(b *bucket) [][]draw {
	all := make([][]draw, max(len(a.sets), 1))
	for position := range all {
		draws := append([]draw(nil), b.draws[0]...)
		for i := range draws {
			if len(a.sets) > 0 {
				draws[i] = drawOf(draws[i].id, a.sets[position][i])
			}
			if len(a.ids) > 0 {
				draws[i].id = a.ids[i]
			}
		}
		all[position] = draws
	}
	return all
}
