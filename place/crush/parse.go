package crush

import (
	"cmp"
	"fmt"
	"slices"
)

// The limits of maps, far above what a cluster has: they keep memory and time
// within what the text's length promises.
const (
	maxText     = 16 << 20
	maxID       = 1 << 20 // of OSDs, and of buckets below 0
	maxItems    = 1 << 22 // in all buckets, those of the classes too
	maxDepth    = 64
	maxTries    = 10_000
	maxRules    = 256
	maxReplicas = 1024
)

// parser collects what a map has.
type parser struct {
	tokens
	m        *Map
	ids      map[string]int32 // of OSDs and buckets
	typeOf   map[int64]string
	osds     map[int64]int  // index in m.osds
	bucketIs map[int32]bool // ids that are taken, those of classes too
	classes  map[string]bool
	shadows  map[shadow]int32 // which bucket holds the OSDs of a class of a bucket
	depth    map[int32]int
	items    int
}

// Parse reads a map as `crushtool -d` prints it. A bucket comes after its items, a
// rule after what it takes. Errors say the line. The map refers to nothing of text.
func Parse(text []byte) (*Map, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("the map has %d bytes: it takes at most %d", len(text), maxText)
	}
	p := &parser{
		tokens: tokens{rest: text, at: 1},
		m:      &Map{types: map[string]int32{}, args: map[int64][]chooseArg{}, tunables: legacy, logs: tables()},
		ids:    map[string]int32{}, typeOf: map[int64]string{}, osds: map[int64]int{}, bucketIs: map[int32]bool{},
		classes: map[string]bool{}, shadows: map[shadow]int32{}, depth: map[int32]int{},
	}
	for p.err == nil {
		word := p.next()
		if word == "" {
			break
		}
		p.section(word)
	}
	if p.err == nil && len(p.m.rules) == 0 {
		p.fail("the map has no rule: give it as `crushtool -d` prints it")
	}
	if p.err != nil {
		return nil, p.err
	}
	slices.SortFunc(p.m.osds, func(a, b OSD) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(p.m.rules, func(a, b rule) int { return cmp.Compare(a.ID, b.ID) })
	return p.m, nil
}

func (p *parser) section(word string) {
	switch word {
	case "tunable":
		p.tunable()
	case "device":
		p.device()
	case "type":
		p.bucketType()
	case "rule":
		p.rule()
	case "choose_args":
		p.chooseArgs()
	default:
		kind, known := p.m.types[word]
		if !known {
			p.fail("%s: neither tunable, device, type, rule or choose_args, nor a type of buckets", shown(word))
			return
		}
		p.bucket(word, kind)
	}
}

func (p *parser) tunable() {
	t := &p.m.tunables
	switch name := p.name("a tunable"); name {
	case "choose_local_tries":
		t.localTries = p.tries(name)
	case "choose_local_fallback_tries":
		t.localFallback = p.tries(name)
	case "choose_total_tries":
		t.totalTries = p.tries(name)
	case "chooseleaf_descend_once":
		t.descendOnce = p.number(name, 0, 1) != 0
	case "chooseleaf_vary_r":
		t.varyR = uint32(p.number(name, 0, maxVaryR))
	case "chooseleaf_stable":
		t.stable = p.number(name, 0, 1) != 0
	case "straw_calc_version", "allowed_bucket_algs", "msr_descents", "msr_collision_tries":
		p.number(name, 0, 1<<32-1) // these say nothing about straw2, uniform and their rules
	default:
		p.fail("unknown tunable %s", shown(name))
	}
}

// maxVaryR is how far chooseleaf_vary_r makes sense: it shifts 32 bits by one less.
const maxVaryR = 32

func (p *parser) tries(name string) uint32 { return uint32(p.number(name, 0, maxTries)) }

func (p *parser) device() {
	id := p.number("id of a device", 0, maxID-1)
	name := p.name("a device")
	if _, doubled := p.osds[id]; doubled {
		p.fail("device %d is there twice", id)
	}
	p.define(name, int32(id))
	o := OSD{ID: int32(id), Name: name}
	if p.accept("class") {
		o.Class = p.name("a class")
		p.classes[o.Class] = true
	}
	p.osds[id] = len(p.m.osds)
	p.m.osds = append(p.m.osds, o)
}

// define gives a name to an OSD or a bucket.
func (p *parser) define(name string, id int32) {
	if _, doubled := p.ids[name]; doubled {
		p.fail("%s is there twice: devices and buckets have names of their own", name)
	}
	p.ids[name] = id
}

func (p *parser) bucketType() {
	id := p.number("number of a type", 0, 1<<31-1)
	name := p.name("a type")
	_, doubled := p.m.types[name]
	if _, other := p.typeOf[id]; doubled || other {
		p.fail("type %d %s: another type has that number or name", id, name)
	}
	switch name {
	case "tunable", "device", "type", "rule", "choose_args":
		p.fail("type %d %s: that word begins a section", id, name)
	}
	p.m.types[name], p.typeOf[id] = int32(id), name
}
