package crush_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/place/crush"
)

// small is a map of two hosts of two OSDs each, with classes.
const small = `# begin crush map
tunable choose_local_tries 0
tunable choose_local_fallback_tries 0
tunable choose_total_tries 50
tunable chooseleaf_descend_once 1
tunable chooseleaf_vary_r 1
tunable chooseleaf_stable 1
tunable straw_calc_version 1
tunable allowed_bucket_algs 54

# devices
device 0 osd.0 class hdd
device 1 osd.1 class ssd
device 2 osd.2 class hdd
device 3 osd.3 class ssd

# types
type 0 osd
type 1 host
type 2 root

# buckets
host h0 {
	id -1		# do not change unnecessarily
	id -4 class hdd
	# weight 2.000
	alg straw2
	hash 0	# rjenkins1
	item osd.0 weight 1.000
	item osd.1 weight 1.000
}
host h1 {
	id -2
	id -5 class hdd
	alg straw2
	hash 0
	item osd.2 weight 1.000
	item osd.3 weight 1.000
}
root default {
	id -3
	id -6 class hdd
	alg straw2
	hash 0
	item h0 weight 2.000
	item h1 weight 2.000
}

# rules
rule replicated_rule {
	id 0
	type replicated
	step take default
	step chooseleaf firstn 0 type host
	step emit
}
rule hdd {
	id 3
	type erasure
	step take default class hdd
	step chooseleaf indep 0 type host
	step emit
}

# choose_args
choose_args 7 {
  {
    bucket_id -3
    weight_set [
      [ 1.000 2.000 ]
    ]
    ids [ -10 -11 ]
  }
}
# end crush map
`

// osds returns what a rule of a map places x on, with all OSDs in.
func osds(t *testing.T, m *crush.Map, rule uint32, replicas int, x uint32) []int32 {
	p, err := m.Placer(rule, replicas, crush.Options{})
	require.NoError(t, err)
	dst := make([]int32, replicas)
	return dst[:p.Place(dst, x)]
}

func TestParse(t *testing.T) {
	m, err := crush.Parse([]byte(small))
	require.NoError(t, err)
	require.Equal(t, []crush.OSD{{ID: 0, Name: "osd.0", Class: "hdd"}, {ID: 1, Name: "osd.1", Class: "ssd"},
		{ID: 2, Name: "osd.2", Class: "hdd"}, {ID: 3, Name: "osd.3", Class: "ssd"}}, m.OSDs())
	rules := []crush.Rule{{ID: 0, Name: "replicated_rule"}, {ID: 3, Name: "hdd", Erasure: true}}
	require.Equal(t, rules, m.Rules())
	r, err := m.Rule("hdd")
	require.NoError(t, err)
	require.Equal(t, rules[1], r)
	_, err = m.Rule("hd")
	require.ErrorContains(t, err, `unknown rule "hd": did you mean "hdd"?`)
	for x := range uint32(100) {
		for _, osd := range osds(t, m, 3, 2, x) {
			require.Contains(t, []int32{0, 2}, osd)
		}
	}

	// Blanks, comments and the order of what is in a bucket are nothing.
	dense := strings.NewReplacer("{", " {", "\tid -2\n", "", "item osd.3 weight 1.000\n", "item osd.3 weight 1.000 id -2 # here\n",
		"\ttype replicated\n", "", "ruleset", "ruleset", "type host\n\tstep emit", "type host step emit type replicated").Replace(small)
	other, err := crush.Parse([]byte(strings.ReplaceAll(dense, "\n", "\r\n")))
	require.NoError(t, err)
	for x := range uint32(100) {
		require.Equal(t, osds(t, m, 0, 2, x), osds(t, other, 0, 2, x))
	}

	// Positions set the order, which uniform buckets depend on.
	uniform := strings.NewReplacer("\tid -4 class hdd\n", "", "class hdd", "", "\tid -6", "#", "\tid -5", "#", "straw2", "uniform").Replace(small)
	m, err = crush.Parse([]byte(uniform))
	require.NoError(t, err)
	turned := strings.NewReplacer("osd.0 weight 1.000", "osd.0 weight 1.000 pos 1").Replace(uniform)
	other, err = crush.Parse([]byte(turned))
	require.NoError(t, err)
	differ := 0
	for x := range uint32(100) {
		for i, osd := range osds(t, other, 0, 2, x) {
			if osd < 2 {
				osd = 1 - osd
			}
			require.Equal(t, osds(t, m, 0, 2, x)[i], osd)
			differ++
		}
	}
	require.Equal(t, 200, differ)
	_, err = m.Placer(0, 2, crush.Options{Pool: 7})
	require.NoError(t, err, "uniform buckets have no use for choose_args")
}

// Both as crushtool has it: a weight is rounded to 24 bits before it is cut to 16.16,
// and a bucket that is given none has what its own items weigh.
func TestWeights(t *testing.T) {
	weigh := func(old, text string) *crush.Map {
		m, err := crush.Parse([]byte(strings.Replace(small, old, text, 1)))
		require.NoError(t, err)
		return m
	}
	for text, weight := range map[string]uint32{"1.000": 65536, "0.9999999999": 65536, "0.99999": 65535, "0.00002": 1, "1e1": 655360, ".5": 32768, "+3.": 196608, "0": 0} {
		require.Equal(t, []uint32{weight, 65536}, weigh("osd.2 weight 1.000", "osd.2 weight "+text).Weights(-2), text)
	}
	require.Equal(t, []uint32{2 * 65536, 2 * 65536}, weigh("item h1 weight 2.000", "item h1").Weights(-3))
	require.Equal(t, []uint32{65536, 65536}, weigh("osd.2 weight 1.000", "osd.2").Weights(-2))
	require.Equal(t, []uint32{65536, 65536}, weigh("h0 weight 2.000", "h0 weight 9").Weights(-6), "what is of a class has its own weight")
}

// Items without a position take what is left, in their order.
func TestPositions(t *testing.T) {
	m, err := crush.Parse([]byte(strings.Replace(small, "item osd.3 weight 1.000",
		"item osd.3 weight 3 item osd.0 weight 4 pos 1 item osd.1 weight 5 pos 0 item osd.2 weight 6 pos 3", 1)))
	require.NoError(t, err)
	require.Equal(t, []uint32{5 << 16, 4 << 16, 1 << 16, 6 << 16, 3 << 16}, m.Weights(-2))
}

// chain is a map of so many buckets within one another.
func chain(n int) string {
	var b strings.Builder
	b.WriteString("device 0 osd.0\ntype 0 osd\ntype 1 host\nhost b0 { id -1 alg straw2 item osd.0 }\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "host b%d { id -%d alg straw2 item b%d }\n", i, i+1, i-1)
	}
	fmt.Fprintf(&b, "rule r { id 0 type replicated step take b%d step choose firstn 1 type osd step emit }\n", n-1)
	return b.String()
}

func TestDepth(t *testing.T) {
	m, err := crush.Parse([]byte(chain(64)))
	require.NoError(t, err)
	require.Equal(t, []int32{0}, osds(t, m, 0, 1, 1))
	_, err = crush.Parse([]byte(chain(65)))
	require.ErrorContains(t, err, "line 68: bucket b64 is the 65th in one another: it takes at most 64")
}

// The buckets of the classes count, too: of a short text they could be very many.
func TestTooManyItems(t *testing.T) {
	const classes, items = 1000, 5000
	var b strings.Builder
	b.WriteString("type 1 host\n")
	for i, name := range []string{"h0", "h1"} {
		fmt.Fprintf(&b, "host %s { alg straw2 id -%d", name, i+1)
		for c := range classes {
			fmt.Fprintf(&b, " id -%d class c%d", 3+i*classes+c, c)
		}
		if i == 1 {
			b.WriteString(strings.Repeat(" item h0", items))
		}
		b.WriteString(" }\n")
	}
	_, err := crush.Parse([]byte(b.String()))
	require.ErrorContains(t, err, "line 3: the buckets have more than 4194304 items")
}

func TestMapsThatAreWrong(t *testing.T) {
	for _, c := range []struct{ old, new, says string }{
		{"tunable choose_total_tries 50", "tunable choose_tries 50", `line 4: unknown tunable "choose_tries"`},
		{"choose_total_tries 50", "choose_total_tries 10001", `line 4: "10001" as choose_total_tries: it is a number from 0 to 10000`},
		{"choose_total_tries 50", "choose_total_tries -1", `line 4: "-1" as choose_total_tries: it is a number`},
		{"choose_total_tries 50", "choose_total_tries many", `line 4: "many" as choose_total_tries: it is a number`},
		{"descend_once 1", "descend_once 2", `line 5: "2" as chooseleaf_descend_once: it is a number from 0 to 1`},
		{"vary_r 1", "vary_r 33", `line 6: "33" as chooseleaf_vary_r: it is a number from 0 to 32`},
		{"device 1 ", "device 0 ", "line 13: device 0 is there twice"},
		{"device 1 ", "device 1048576 ", `line 13: "1048576" as id of a device`},
		{"device 1 osd.1", "device 1 osd.0", "line 13: osd.0 is there twice: devices and buckets have names of their own"},
		{"device 1 osd.1", "device 1 osd/1", `line 13: "osd/1" is no name of a device: they have letters, digits`},
		{"# types", "devices", `line 17: "devices": neither tunable, device, type, rule or choose_args, nor a type of buckets`},
		{"type 1 host", "type 0 host", "line 19: type 0 host: another type has that number or name"},
		{"type 1 host", "type 1 rule", "line 19: type 1 rule: that word begins a section"},
		{"type 1 host", "type -1 host", `line 19: "-1" as number of a type`},
		{"type 1 host", "type 1 # host", `line 20: type 1 type: that word begins a section`},
		{"host h0 {", "osd h0 {", "line 23: bucket h0 is of type osd, 0: that is the type of devices"},
		{"host h0 {", "host h0", `line 24: "id" in place of the "{" of a bucket`},
		{"id -2\n", "id -1\n", "line 33: id -1 is there twice: buckets and their classes have ids of their own"},
		{"id -5 class", "id -4 class", "line 34: id -4 is there twice"},
		{"id -5 class hdd", "id -5", "line 34: bucket h1 has two ids"},
		{"id -5 class hdd", "id -5 class hdd id -9 class hdd", "line 34: bucket h1 has two ids of class hdd"},
		{"id -2\n", "id 2\n", `line 33: "2" as id of a bucket: it is a number from -1048576 to -1`},
		{"id -2\n", "\n", "line 39: bucket h1 has no id: give the map as `crushtool -d` prints it"},
		{"id -5 class hdd\n\talg straw2", "", "line 38: bucket h1 has no alg"},
		{"id -5 class hdd\n\talg straw2", "alg straw", "line 34: bucket h1 has alg straw, which is not supported: `ceph osd crush set-all"},
		{"id -5 class hdd\n\talg straw2", "alg tree", "line 34: bucket h1 has alg tree, which is not supported: straw2 and uniform are"},
		{"id -5 class hdd\n\talg straw2", "alg straw3", `line 34: alg "straw3" of bucket h1: it is straw2 or uniform`},
		{"id -5 class hdd\n\talg straw2", "id -5 class hdd\n\talg uniform", "bucket h1 is uniform and has an id of class hdd: Ceph makes none for such"},
		{"id -5 class hdd\n", "\n", "line 47: bucket default has an id of class hdd, but bucket h1 in it has none"},
		{"hash 0	#", "hash 1	#", `line 28: hash "1": rjenkins1, 0, is the only one`},
		{"# weight 2.000", "weight 2.000", `line 26: "weight" in bucket h0: it has id, alg, hash and item`},
		{"item osd.3", "item osd.4", "line 38: item osd.4 of bucket h1 is no device or bucket above: buckets come after their items"},
		{"item h1", "item default", "line 46: item default of bucket default is no device or bucket above"},
		{"item osd.3 weight 1.000", "item osd.3 weight -1", `line 38: "-1" as weight of osd.3: it is a number from 0 to 65535, such as 1.000`},
		{"item osd.3 weight 1.000", "item osd.3 weight 65536", `line 38: "65536" as weight of osd.3`},
		{"item osd.3 weight 1.000", "item osd.3 weight nan", `line 38: "nan" as weight of osd.3`},
		{"item osd.3 weight 1.000", "item osd.3 weight 0x1p3", `line 38: "0x1p3" as weight of osd.3`},
		{"item osd.3 weight 1.000", "item osd.3 weight 65535", "line 39: the items of bucket h1 weigh 65536 in all: it takes at most 65535"},
		{"item osd.3 weight 1.000", "item osd.3 pos 2", "line 39: pos 2 in bucket h1 of 2 items: positions count from 0, each once"},
		{"item osd.3 weight 1.000", "item osd.3 pos 0 item osd.1 pos 0", "line 39: pos 0 in bucket h1 of 3 items"},
		{"root default", "host h0", "h0 is there twice"},
		{"id 0\n", "\n", `line 56: rule "replicated_rule": it needs an id, a type and steps`},
		{"id 3", "id 0", "line 63: rule 0 hdd: another rule has that id or name"},
		{"rule hdd", "rule replicated_rule", "line 63: rule 3 replicated_rule: another rule has that id or name"},
		{"id 3", "id 256", `line 58: "256" as id of a rule: it is a number from 0 to 255`},
		{"type replicated", "type quorum", `line 52: "quorum" as type of a rule: it is replicated or erasure`},
		{"type replicated", "type msr_firstn", "line 52: a rule of type msr_firstn: rules of several steps of retries are not supported"},
		{"type replicated", "kind replicated", `line 52: "kind" in a rule: it has id, type, min_size, max_size and step`},
		{"step take default\n", "step take nothing\n", "line 53: step take nothing: no device or bucket above is called so"},
		{"step take default\n", "step take default class nvme\n", "line 53: step take default class nvme: no device is of that class"},
		{"step take default\n", "step take default class ssd\n", "line 53: step take default class ssd: bucket default has no id of that class"},
		{"step take default\n", "step grab default\n", `line 53: unknown step "grab": it is take, choose, chooseleaf, emit, or set_ and a tunable`},
		{"step take default\n", "step set_choose_tries 10001\n", `line 53: "10001" as set_choose_tries: it is a number from 0 to 10000`},
		{"firstn 0", "secondn 0", `line 54: "secondn" behind chooseleaf: it is firstn or indep`},
		{"firstn 0", "firstn 1025", `line 54: "1025" as what chooseleaf chooses: it is a number from -1024 to 1024`},
		{"firstn 0 type host", "firstn 0 host", `line 54: "host" in place of the "type" of what is chosen`},
		{"firstn 0 type host", "firstn 0 type rack", `line 54: unknown type "rack"`},
		{"choose_args 7 {", "choose_args x {", `line 66: "x" as name of choose_args`},
		{"bucket_id -3", "bucket_id -9", "line 68: choose_args for bucket -9: the map has none with that id"},
		{"bucket_id -3", "bucket -3", `line 68: "bucket" in place of the "bucket_id" of a bucket of choose_args`},
		{"1.000 2.000 ]", "1.000 ]", "line 70: 1 weights for bucket -3 of 2 items: each has one"},
		{"-10 -11", "-10", "line 72: 1 ids for bucket -3 of 2 items: each has one"},
		{"ids [", "names [", `line 72: "names" in choose_args: a bucket has weight_set and ids there`},
		{"# end crush map", "choose_args 7 { }", "line 75: choose_args 7 is there twice"},
		{"ids [ -10 -11 ]\n  }", "ids [ -10 -11 ]\n  } { bucket_id -3 }", "line 73: choose_args 7 has bucket -3 twice"},
	} {
		require.Contains(t, small, c.old)
		_, err := crush.Parse([]byte(strings.Replace(small, c.old, c.new, 1)))
		require.ErrorContains(t, err, c.says, "%s for %s", c.new, c.old)
	}
	_, err := crush.Parse(nil)
	require.ErrorContains(t, err, "the map has no rule: give it as `crushtool -d` prints it")
	_, err = crush.Parse(make([]byte, 16<<20+1))
	require.ErrorContains(t, err, "the map has 16777217 bytes: it takes at most 16777216")
	for i := range small { // a map that ends anywhere is a map or an error
		if _, err := crush.Parse([]byte(small[:i])); i < strings.Index(small, "rule hdd")-30 {
			require.Error(t, err, small[:i])
		}
	}
	_, err = crush.Parse([]byte("type 1 host host h { id -1"))
	require.ErrorContains(t, err, "the end of the map in bucket h")
	_, err = crush.Parse([]byte("type 1 " + strings.Repeat("\x00", 99)))
	require.ErrorContains(t, err, `..." is no name of a type`)
}

func TestPlacersThatAreWrong(t *testing.T) {
	m, err := crush.Parse([]byte(small))
	require.NoError(t, err)
	_, err = m.Placer(1, 3, crush.Options{})
	require.EqualError(t, err, "the map has no rule 1")
	for _, n := range []int{-1, 0, 1025} {
		_, err = m.Placer(0, n, crush.Options{})
		require.EqualError(t, err, fmt.Sprintf("%d replicas: it takes 1 to 1024", n))
	}
}
