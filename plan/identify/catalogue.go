package identify

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// rule is a reduction of any hash. preset is one that has it, so that the command
// line can be told; "" if none does.
type rule struct {
	text           string // with H for the number
	scheme         place.Scheme
	least, largest int // bits of the hashes that it is for
	preset         string
	effort         int
}

// rules are all reductions that take no members, with each fold that makes a
// difference: mask is mod, where it can be, and mod of 16 bits has no sign.
var rules = []rule{
	{"%s %% N", place.Scheme{Reduce: place.ReduceMod}, 16, 128, "mod", 0},
	{"(%s & 0x7fffffff) %% N", place.Scheme{Fold: place.FoldLow31, Reduce: place.ReduceMod}, 32, 128, "kafka", 0},
	{"int32(%s) mod N, never negative", place.Scheme{Reduce: place.ReducePmod}, 32, 128, "spark", 0},
	{"|int32(%s) %% N|", place.Scheme{Reduce: place.ReduceAbsMod}, 32, 128, "sarama", 1},
	{"(%s & 0xffffffff) %% N", place.Scheme{Fold: place.FoldLow32, Reduce: place.ReduceMod}, 64, 128, "", 1},
	{"(%s with its bytes reversed) %% N", place.Scheme{Fold: place.FoldSwap, Reduce: place.ReduceMod}, 64, 128, "", 2},
	{"(%s >> 16 & 0x7fff) %% N", place.Scheme{Fold: place.FoldHigh15, Reduce: place.ReduceMod}, 32, 32, "couchbase", 2},
	{"jump of %s", place.Scheme{Reduce: place.ReduceJump}, 16, 128, "jump", 0},
	{"jump of %s & 0xffffffff", place.Scheme{Fold: place.FoldLow32, Reduce: place.ReduceJump}, 64, 128, "", 2},
	{"jump of %s with its bytes reversed", place.Scheme{Fold: place.FoldSwap, Reduce: place.ReduceJump}, 64, 128, "", 2},
	{"N equal ranges of %s", place.Scheme{Reduce: place.ReduceFastrange}, 16, 128, "fastrange", 0},
	{"N equal ranges of %s, signed", place.Scheme{Add: 1 << 63, Reduce: place.ReduceFastrange}, 64, 128, "cassandra", 1},
	{"N equal ranges of %s with its bytes reversed", place.Scheme{Fold: place.FoldSwap, Reduce: place.ReduceFastrange}, 64, 128, "kinesis", 1},
	{"ceph_stable_mod of %s", place.Scheme{Reduce: place.ReduceStableMod}, 16, 128, "ceph", 2},
	{"N equal ranges of %s & 0xffffffff", place.Scheme{Fold: place.FoldLow32, Reduce: place.ReduceFastrange}, 64, 128, "", 2},
}

// catalogue returns every function of those keys, the presets first, and how many
// of them are presets. If ctx ends, some are left out.
func catalogue(ctx context.Context, keys [][]byte, o Options) (all []*function, presets int, usable []*form) {
	usable = formsOf(keys)
	c := &cataloguer{ctx: ctx, keys: keys, options: o, forms: usable, known: map[generic]bool{}}
	for _, p := range place.Presets() {
		if hasSystem(p.Name) {
			c.preset(p)
		}
	}
	presets = len(c.all)
	for _, f := range usable {
		c.generics(f)
	}
	return c.all, presets, usable
}

// hasSystem says that a preset is not just a reduction.
func hasSystem(name string) bool { return name != "mod" && name != "mask" && name != "fastrange" }

type cataloguer struct {
	ctx     context.Context
	keys    [][]byte
	options Options
	forms   []*form
	all     []*function
	known   map[generic]bool
	memory  scratch
}

// generic is a function that no system has, or that of a preset: what tells it from others.
type generic struct {
	form   *form
	hash   hash.Func
	seed   hash.Words
	fold   place.Fold
	add    uint64
	reduce place.Reduce
}

// preset adds a preset with all forms of keys and all types that the keys can be of.
func (c *cataloguer) preset(p place.Preset) {
	system := func(parts uint32) (place.Scheme, error) { return place.Lookup(p.Name, parts) }
	c.presetOf(&p, "", "", system)
	if p.Name == "elasticsearch" {
		c.presetOf(&p, "number_of_routing_shards N", "murmur3-32 of the UTF-16 mod N, never negative", func(parts uint32) (place.Scheme, error) {
			s := place.ElasticsearchRouting(parts, parts)
			return s, s.Check()
		})
	}
}

func (c *cataloguer) presetOf(p *place.Preset, variant, rule string, system func(parts uint32) (place.Scheme, error)) {
	add := func(f *form, types []columns.Type, effort int) *function {
		if c.ctx.Err() != nil {
			return nil
		}
		fn := presetFunction(&c.memory, p, f, types, system)
		if fn == nil {
			return nil
		}
		if _, can := fn.numbers.searched(c.keys); !can {
			return nil
		}
		fn.effort += effort
		if p.Name == "elasticsearch" {
			fn.most = 1024 // its limit of shards
		}
		if variant != "" {
			fn.variant, fn.rule, fn.command = variant, rule, ""
			fn.effort++
		}
		c.all = append(c.all, fn)
		return fn
	}
	if c.options.Types != nil && !isBytes(c.options.Types) {
		add(&forms[0], c.options.Types, 0)
		return
	}
	text := []columns.Type{{Kind: columns.String}}
	example, _ := p.Example()
	for _, f := range c.forms {
		if !f.text && example.Keys.Framed() || f.value && example.Keys != place.KeysBytes || f.name == hashTag && example.Span == place.SpanHashTag {
			continue // a system with types has its own form of values
		}
		if add(f, text, 0) != nil && !example.Keys.Framed() && !example.Word8 && example.Span == place.SpanWholeKey {
			s := example.With(hash.Default, hash.Seed{})
			c.known[generic{f, s.Hash, s.Hash.ResolveSeed(s.Seed), s.Fold, s.Add, s.Reduce}] = true
		}
	}
	if c.options.Types != nil || example.Keys == place.KeysBytes {
		return
	}
	c.typed(example, add)
}

// isBytes reports whether keys are their bytes.
func isBytes(types []columns.Type) bool {
	return len(types) == 1 && (types[0].Kind == columns.String || types[0].Kind == columns.Binary)
}

// typed adds the preset with keys of every type that they can be of, and of which
// the system makes something else than of those before.
func (c *cataloguer) typed(example place.Scheme, add func(*form, []columns.Type, int) *function) {
	var before [][]number
	if text, err := newRowReader(&c.memory, &forms[0], example, []columns.Type{{Kind: columns.String}}); err == nil {
		all, _ := (&numbers{of: text.number}).compute(c.keys)
		before = append(before, all)
	}
	for i, t := range c.types() {
		r, err := newRowReader(&c.memory, &forms[0], example, []columns.Type{t})
		if err != nil {
			continue
		}
		all, can := (&numbers{of: r.number}).compute(c.keys)
		if !can || slices.ContainsFunc(before, func(b []number) bool { return slices.Equal(b, all) }) {
			continue
		}
		before = append(before, all)
		add(&forms[0], []columns.Type{t}, 1+i/3)
	}
}

// types returns the types that keys may be of, the likeliest first.
func (c *cataloguer) types() []columns.Type {
	scale := 0
	for _, key := range c.keys {
		if point := bytes.IndexByte(key, '.'); point >= 0 {
			scale = max(scale, len(key)-point-1)
		}
	}
	scale = min(scale, columns.MaxShortPrecision)
	return []columns.Type{
		{Kind: columns.Int64}, {Kind: columns.Int32}, {Kind: columns.UUID},
		{Kind: columns.Date}, {Kind: columns.Timestamp}, {Kind: columns.ObjectID},
		{Kind: columns.Binary}, {Kind: columns.Int16}, {Kind: columns.TimestampNanos},
		{Kind: columns.Decimal, Precision: columns.MaxShortPrecision, Scale: uint8(scale)},
		{Kind: columns.Decimal, Precision: columns.MaxPrecision, Scale: uint8(scale)},
		{Kind: columns.Float64}, {Kind: columns.Float32}, {Kind: columns.Time},
	}
}

// generics adds every hash with every seed and every reduction, of keys in that form.
func (c *cataloguer) generics(f *form) {
	if !c.takes(f) {
		return
	}
	if f.number {
		c.unhashed(f)
	}
	for _, h := range hash.All() {
		if h == hash.Java31UTF16 && f.name != utf16le {
			continue // of which it is a hash
		}
		for _, s := range c.seeds(h) {
			n := hashed(&c.memory, f, h, s.seed)
			for r := range rules {
				c.generic(f, h, s, n, &rules[r])
			}
		}
	}
}

// takes reports whether keys of the given types may have the form.
func (c *cataloguer) takes(f *form) bool {
	types := c.options.Types
	return types == nil || isBytes(types) || f.name == asItStands || len(types) == 1 && f.value
}

// seeding is a seed of a hash, and how unlikely that is.
type seeding struct {
	seed   hash.Seed
	effort int
}

// seeds returns the seeds that a hash is tried with: its own, those of the options, and
// those that are not rare: 0, 1, -1, and what any preset has.
func (c *cataloguer) seeds(h hash.Func) []seeding {
	all := []seeding{{}}
	add := func(seed hash.Seed, effort int) {
		if h.CheckSeed(seed) != nil {
			return
		}
		words := h.ResolveSeed(seed)
		if !slices.ContainsFunc(all, func(s seeding) bool { return h.ResolveSeed(s.seed) == words }) {
			all = append(all, seeding{seed, effort})
		}
	}
	for _, seed := range c.options.Seeds {
		add(seed, 0)
		if number := hash.XXH64.CheckSeed(seed) == nil; number && int64(hash.XXH64.ResolveSeed(seed).Lo) < 0 {
			add(hash.Seed64(uint64(uint32(hash.XXH64.ResolveSeed(seed).Lo))), 0) // the negative number in 32 bits
		}
	}
	numbers := []uint64{0, 1, math.MaxUint32, math.MaxUint64}
	for _, p := range place.Presets() {
		if s, err := p.Example(); err == nil {
			s = s.With(hash.Default, hash.Seed{})
			numbers = append(numbers, s.Hash.ResolveSeed(s.Seed).Lo)
		}
	}
	for _, v := range numbers {
		add(hash.Seed64(v), 2)
	}
	return all
}

// genericEffort is what a function costs that no system is known to have. What is unlikely in
// every respect, such as a strange form of keys with a strange seed, has more than
// maxEffort besides and is not tried; on keys as they stand everything is.
const (
	genericEffort = 8
	maxEffort     = 6
)

// generic adds a hash with a seed and a reduction, unless a preset is just that.
func (c *cataloguer) generic(f *form, h hash.Func, s seeding, n *numbers, r *rule) {
	effort := f.effort + r.effort + s.effort
	if h.Bits() < r.least || h.Bits() > r.largest || effort > maxEffort {
		return
	}
	if c.known[generic{f, h, h.ResolveSeed(s.seed), r.scheme.Fold, r.scheme.Add, r.scheme.Reduce}] {
		return
	}
	fn := r.function(f, h, s.seed, n)
	fn.rule, fn.effort = fmt.Sprintf(r.text, h), genericEffort+effort
	if r.preset != "" && f.name == asItStands {
		fn.command = fmt.Sprintf("--scheme %s --hash %s", r.preset, h)
		switch {
		case s.seed.IsSet() && h.SeedKind() == hash.SeedKey128:
			fn.command = "" // a key may be a secret
		case s.seed.IsSet():
			fn.command += " --seed " + s.seed.String()
		}
	}
	c.all = append(c.all, fn)
}

func (r *rule) function(f *form, h hash.Func, seed hash.Seed, n *numbers) *function {
	return &function{form: f, hash: h, seed: seed, numbers: n, scheme: func(parts uint32) (place.Scheme, error) {
		s := r.scheme.With(h, seed)
		s.Parts = parts
		return s, s.Check()
	}}
}

// unhashed adds the reductions of keys that are numbers, which is what those do
// first who have no hash: key % N.
func (c *cataloguer) unhashed(f *form) {
	n := &numbers{of: func(key []byte) (number, bool) {
		word, ok := c.memory.make(f, key)
		if !ok {
			return number{}, false
		}
		return number{hash: binary.LittleEndian.Uint64(word)}, true
	}}
	for i := range rules {
		// As a hash of 64 bits, of which none is computed.
		if r := &rules[i]; r.least <= 32 && r.largest >= 64 {
			fn := r.function(f, hash.XXH64, hash.Seed{}, n)
			fn.hash, fn.rule, fn.effort = hash.Default, fmt.Sprintf(r.text, "key"), r.effort
			c.all = append(c.all, fn)
		}
	}
}
