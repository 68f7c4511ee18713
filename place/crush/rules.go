package crush

// op is what a step of a rule does.
type op uint8

const (
	opTake op = iota
	opEmit
	opChoose
	opTries
	opLeafTries
	opLocalTries
	opLocalFallback
	opVaryR
	opStable
)

// step is a step of a rule.
type step struct {
	op    op
	arg   int32 // opTake: the item; opChoose: how many, of 0 and below so many less than asked for; else the setting
	kind  int32 // opChoose: the type of what is chosen
	leaf  bool  // opChoose: chooseleaf
	indep bool  // opChoose: each place has its own choice, else firstn
}

type rule struct {
	Rule
	steps []step
}

func (p *parser) rule() {
	r := rule{}
	if p.peek() != "{" {
		r.Name = p.name("a rule")
	}
	p.expect("{", "a rule")
	id, typed := int64(-1), false
	for p.err == nil && !p.accept("}") {
		switch word := p.next(); word {
		case "id", "ruleset":
			id = p.number("id of a rule", 0, maxRules-1)
		case "type":
			r.Erasure, typed = p.ruleType(), true
		case "min_size", "max_size": // which sizes of pools the rule is for: the pool names its rule
			p.number(word, 0, 1<<31-1)
		case "step":
			p.step(&r)
		default:
			p.fail("%s in a rule: it has id, type, min_size, max_size and step", shown(word))
		}
	}
	if p.err != nil {
		return
	}
	if id < 0 || !typed || len(r.steps) == 0 {
		p.fail("rule %s: it needs an id, a type and steps", shown(r.Name))
		return
	}
	r.ID = uint32(id)
	for i := range p.m.rules {
		if other := &p.m.rules[i]; other.ID == r.ID || other.Name == r.Name && r.Name != "" {
			p.fail("rule %d %s: another rule has that id or name", id, r.Name)
		}
	}
	p.m.rules = append(p.m.rules, r)
}

func (p *parser) ruleType() (erasure bool) {
	switch word := p.next(); word {
	case "replicated", "1":
	case "erasure", "3":
		return true
	case "msr_firstn", "msr_indep":
		p.fail("a rule of type %s: rules of several steps of retries are not supported", word)
	default:
		p.fail("%s as type of a rule: it is replicated or erasure", shown(word))
	}
	return false
}

// settings are the steps that overrule a tunable.
var settings = map[string]struct {
	op          op
	least, most int64
}{
	"set_choose_tries":                {opTries, 0, maxTries},
	"set_chooseleaf_tries":            {opLeafTries, 0, maxTries},
	"set_choose_local_tries":          {opLocalTries, 0, maxTries},
	"set_choose_local_fallback_tries": {opLocalFallback, 0, maxTries},
	"set_chooseleaf_vary_r":           {opVaryR, 0, maxVaryR},
	"set_chooseleaf_stable":           {opStable, 0, 1},
}

func (p *parser) step(r *rule) {
	s := step{}
	switch word := p.next(); word {
	case "noop":
		return
	case "take":
		s.arg = p.take()
	case "emit":
		s.op = opEmit
	case "choose", "chooseleaf":
		s.op, s.leaf = opChoose, word == "chooseleaf"
		switch how := p.next(); how {
		case "firstn":
		case "indep":
			s.indep = true
		default:
			p.fail("%s behind %s: it is firstn or indep", shown(how), word)
		}
		s.arg = int32(p.number("what "+word+" chooses", -maxReplicas, maxReplicas))
		p.expect("type", "what is chosen")
		name := p.name("a type")
		kind, known := p.m.types[name]
		if !known {
			p.fail("unknown type %s", shown(name))
		}
		s.kind = kind
	default:
		set, known := settings[word]
		if !known {
			p.fail("unknown step %s: it is take, choose, chooseleaf, emit, or set_ and a tunable", shown(word))
			return
		}
		s.op, s.arg = set.op, int32(p.number(word, set.least, set.most))
	}
	r.steps = append(r.steps, s)
}

// take reads the item that a step takes, and of which class.
func (p *parser) take() int32 {
	name := p.name("what a step takes")
	id, known := p.ids[name]
	if !known {
		p.fail("step take %s: no device or bucket above is called so", name)
		return 0
	}
	if !p.accept("class") {
		return id
	}
	class := p.name("a class")
	within, known := p.shadows[shadow{id, class}]
	switch {
	case p.err != nil:
	case !p.classes[class]:
		p.fail("step take %s class %s: no device is of that class", name, class)
	case !known:
		p.fail("step take %s class %s: bucket %s has no id of that class: give the map as `crushtool -d` prints it", name, class, name)
	}
	return within
}
