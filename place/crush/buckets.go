package crush

// shadow is the key of the bucket that has those OSDs of another that are of one
// class. Ceph calls it a shadow, and names it BUCKET~CLASS.
type shadow struct {
	bucket int32
	class  string
}

// member is an item as the text has it.
type member struct {
	id     int32
	weight uint32
	pos    int64 // or -1
}

// bucket reads a bucket behind its type.
func (p *parser) bucket(kindName string, kind int32) {
	name := p.name("a bucket")
	if kind == 0 {
		p.fail("bucket %s is of type %s, 0: that is the type of devices", name, kindName)
	}
	p.expect("{", "a bucket")
	b := bucket{kind: kind}
	ofClass := map[string]int32{}
	var order []string
	var members []member
	alg := ""
	for p.err == nil && !p.accept("}") {
		switch word := p.next(); word {
		case "id":
			id := -int32(-p.number("id of a bucket", -maxID, -1))
			if p.bucketIs[id] {
				p.fail("id %d is there twice: buckets and their classes have ids of their own", id)
			}
			p.bucketIs[id] = true
			if !p.accept("class") {
				if b.id != 0 {
					p.fail("bucket %s has two ids", name)
				}
				b.id = id
				continue
			}
			class := p.name("a class")
			if _, doubled := ofClass[class]; doubled {
				p.fail("bucket %s has two ids of class %s", name, class)
			}
			ofClass[class] = id
			order = append(order, class)
		case "alg":
			alg = p.algorithm(name)
		case "hash":
			if h := p.next(); h != "0" && h != "rjenkins1" {
				p.fail("hash %s: rjenkins1, 0, is the only one that Ceph has", shown(h))
			}
		case "item":
			members = append(members, p.member(name))
		default:
			p.fail("%s in bucket %s: it has id, alg, hash and item", shown(word), name)
		}
	}
	switch {
	case p.err != nil:
		return
	case b.id == 0:
		p.fail("bucket %s has no id: give the map as `crushtool -d` prints it", name)
	case alg == "":
		p.fail("bucket %s has no alg", name)
	}
	b.uniform = alg == "uniform"
	members = p.inOrder(name, members)
	if p.err != nil || !p.add(name, b, members) {
		return
	}
	p.define(name, b.id)
	for _, class := range order {
		p.shadow(name, class, b, ofClass[class], members)
	}
}

func (p *parser) algorithm(bucket string) string {
	alg := p.next()
	switch alg {
	case "straw2", "uniform":
	case "straw":
		p.fail("bucket %s has alg straw, which is not supported: `ceph osd crush set-all-straw-buckets-to-straw2` changes it", bucket)
	case "list", "tree":
		p.fail("bucket %s has alg %s, which is not supported: straw2 and uniform are", bucket, alg)
	default:
		p.fail("alg %s of bucket %s: it is straw2 or uniform", shown(alg), bucket)
	}
	return alg
}

// member reads an item behind that word.
func (p *parser) member(bucket string) member {
	name := p.name("an item")
	id, known := p.ids[name]
	if !known {
		p.fail("item %s of bucket %s is no device or bucket above: buckets come after their items, as `crushtool -d` prints them", name, bucket)
		return member{}
	}
	m := member{id: id, weight: In, pos: -1}
	if id < 0 {
		m.weight = p.m.bucket(id).weight
	}
	for p.err == nil {
		switch {
		case p.accept("weight"):
			m.weight = p.weight(name)
		case p.accept("pos"):
			m.pos = p.number("pos of an item", 0, maxItems)
		default:
			return m
		}
	}
	return m
}

// inOrder returns the items in the order of their positions; those without one
// take what is left.
func (p *parser) inOrder(bucket string, members []member) []member {
	ordered := make([]member, len(members))
	taken := make([]bool, len(members))
	for _, m := range members {
		if m.pos < 0 {
			continue
		}
		if m.pos >= int64(len(members)) || taken[m.pos] {
			p.fail("pos %d in bucket %s of %d items: positions count from 0, each once", m.pos, bucket, len(members))
			return nil
		}
		ordered[m.pos], taken[m.pos] = m, true
	}
	next := 0
	for _, m := range members {
		if m.pos >= 0 {
			continue
		}
		for taken[next] {
			next++
		}
		ordered[next], taken[next] = m, true
	}
	return ordered
}

// add completes a bucket by its items, and says whether it could.
func (p *parser) add(name string, b bucket, members []member) bool {
	sum, depth := uint64(0), 0
	for _, m := range members {
		if b.uniform && m.weight != members[0].weight {
			p.fail("bucket %s is uniform, but its items have different weights", name)
		}
		sum += uint64(m.weight)
		depth = max(depth, p.depth[m.id]) // 0 for OSDs
		b.items = append(b.items, m.id)
	}
	p.items += len(members)
	switch {
	case sum > 1<<32-1:
		p.fail("the items of bucket %s weigh %d in all: it takes at most 65535", name, sum/In)
	case p.items > maxItems:
		p.fail("the buckets have more than %d items", maxItems)
	case depth >= maxDepth:
		p.fail("bucket %s is the %dth in one another: it takes at most %d", name, depth+1, maxDepth)
	}
	if p.err != nil {
		return false
	}
	b.weight = uint32(sum)
	if !b.uniform {
		draws := make([]draw, len(members))
		for i, m := range members {
			draws[i] = drawOf(m.id, m.weight)
		}
		b.draws = [][]draw{draws}
	}
	p.depth[b.id] = depth + 1
	at := int(-1 - b.id)
	for len(p.m.index) <= at {
		p.m.index = append(p.m.index, -1)
	}
	p.m.index[at] = int32(len(p.m.buckets))
	p.m.buckets = append(p.m.buckets, b)
	return true
}

// shadow adds the bucket of those OSDs of a bucket that are of one class: of
// buckets within, it has their shadows, with the weight that these have.
func (p *parser) shadow(name, class string, of bucket, id int32, members []member) {
	if of.uniform {
		p.fail("bucket %s is uniform and has an id of class %s: Ceph makes none for such", name, class)
		return
	}
	var left []member
	for _, m := range members {
		if m.id >= 0 {
			if i, known := p.osds[int64(m.id)]; known && p.m.osds[i].Class == class {
				left = append(left, m)
			}
			continue
		}
		within, known := p.shadows[shadow{m.id, class}]
		if !known {
			p.fail("bucket %s has an id of class %s, but bucket %s in it has none", name, class, p.nameOf(m.id))
			return
		}
		left = append(left, member{id: within, weight: p.m.bucket(within).weight})
	}
	of.id, of.items = id, nil
	if p.add(name+"~"+class, of, left) {
		p.shadows[shadow{p.ids[name], class}] = id
		p.define(name+"~"+class, id)
	}
}

func (p *parser) nameOf(id int32) string {
	for name, other := range p.ids {
		if other == id {
			return name
		}
	}
	return ""
}
