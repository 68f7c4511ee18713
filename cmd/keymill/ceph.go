package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill/place/crush"
)

// cephScheme is the scheme whose nodes are OSDs, and whose --nodes is a CRUSH map.
const cephScheme = "ceph"

// maxGroups is how many placement groups are placed on OSDs: all of them are in
// advance. Ceph itself takes 65,536 in a pool unless it is told otherwise.
const maxGroups = 1 << 20

// cephFlags say of a pool of Ceph what does not stand in its CRUSH map.
type cephFlags struct {
	pool, rule, reweight string
	replicas             int
	pgpNum               uint32
}

func (f *cephFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.pool, "pool", "", "ceph with --nodes: the number of the pool")
	flags.StringVar(&f.rule, "rule", "", "ceph with --nodes: the name or number of the pool's CRUSH rule, if the map has several")
	flags.IntVar(&f.replicas, "replicas", 0, "ceph with --nodes: the pool's size, of an erasure code k+m (3 if it is not given)")
	flags.Uint32Var(&f.pgpNum, "pgp-num", 0, "ceph with --nodes: the pool's pgp_num, if it is not pg_num (--partitions)")
	flags.StringVar(&f.reweight, "reweight", "", "ceph with --nodes: OSD=W,...: how far OSDs are in, from 0 (out) to 1; those not named are in")
}

// given returns one of the flags that was given, or "".
func (f *cephFlags) given() string {
	for name, given := range map[string]bool{"pool": f.pool != "", "rule": f.rule != "", "replicas": f.replicas != 0,
		"pgp-num": f.pgpNum != 0, "reweight": f.reweight != ""} {
		if given {
			return name
		}
	}
	return ""
}

// osds is who has the placement groups of a pool.
type osds struct {
	names    map[int32]string
	replicas int
	placed   []int32 // replicas for each group
}

// osdsOf reads a CRUSH map and places all groups of a pool.
func (f *cephFlags) osdsOf(file string, groups uint32) (*osds, error) {
	if groups > maxGroups {
		return nil, usageError{fmt.Errorf("%d placement groups with --nodes: it places at most %d on OSDs", groups, maxGroups)}
	}
	if f.pool == "" {
		return nil, usageError{errors.New("scheme ceph with --nodes: give --pool, its number in `ceph osd pool ls detail`: it decides on the OSDs")}
	}
	pool, err := strconv.ParseInt(f.pool, 10, 64)
	if err != nil || pool < 0 {
		return nil, usageError{fmt.Errorf("--pool %s: it is the pool's number, from 0", f.pool)}
	}
	if f.pgpNum > groups {
		return nil, usageError{fmt.Errorf("--pgp-num %d: it is at most pg_num, %d", f.pgpNum, groups)}
	}
	m, err := readMap(file)
	if err != nil {
		return nil, fmt.Errorf("--nodes: %w", err)
	}
	rule, err := f.ruleOf(m)
	if err != nil {
		return nil, usageError{err}
	}
	o := &osds{names: map[int32]string{}, replicas: f.replicas}
	if o.replicas == 0 {
		o.replicas = 3
	}
	for _, osd := range m.OSDs() {
		o.names[osd.ID] = osd.Name
	}
	options := crush.Options{Pool: pool}
	if options.Reweights, err = f.reweights(m.OSDs()); err != nil {
		return nil, usageError{err}
	}
	placer, err := m.Placer(rule, o.replicas, options)
	if err != nil {
		return nil, usageError{fmt.Errorf("--replicas: %w", err)}
	}
	xs := make([]uint32, groups)
	pgpNum := f.pgpNum
	if pgpNum == 0 {
		pgpNum = groups
	}
	for pg := range xs {
		xs[pg] = crush.PPS(uint32(pg), pgpNum, pool)
	}
	o.placed = make([]int32, len(xs)*o.replicas)
	placer.PlaceAll(o.placed, xs)
	if i := slices.IndexFunc(o.placed, func(item int32) bool { return item < 0 }); i >= 0 {
		return nil, fmt.Errorf("--nodes: %s: rule %d emits bucket %d, which is no OSD: a pool's rule ends with chooseleaf, or with type osd", file, rule, o.placed[i])
	}
	return o, nil
}

// maxMap is one more than the longest CRUSH map that is read.
const maxMap = 16<<20 + 1

func readMap(file string) (*crush.Map, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxMap))
	if err != nil {
		return nil, err
	}
	m, err := crush.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: no CRUSH map as `crushtool -d` prints it: %w", file, err)
	}
	return m, nil
}

// ruleOf returns the rule that is asked for, by name or number, or the only one.
func (f *cephFlags) ruleOf(m *crush.Map) (uint32, error) {
	rules := m.Rules()
	if f.rule == "" {
		if len(rules) == 1 {
			return rules[0].ID, nil
		}
		var names []string
		for _, r := range rules {
			names = append(names, r.Name)
		}
		return 0, fmt.Errorf("the map has %d rules: choose one by --rule: %s", len(rules), strings.Join(names, ", "))
	}
	if id, err := strconv.ParseUint(f.rule, 10, 32); err == nil && slices.ContainsFunc(rules, func(r crush.Rule) bool { return r.ID == uint32(id) }) {
		return uint32(id), nil
	}
	r, err := m.Rule(f.rule)
	if err != nil {
		return 0, fmt.Errorf("--rule: %w", err)
	}
	return r.ID, nil
}

// reweights returns how far each OSD is in, in 16.16; nil if all are.
func (f *cephFlags) reweights(all []crush.OSD) ([]uint32, error) {
	if f.reweight == "" || len(all) == 0 {
		return nil, nil
	}
	list := make([]uint32, all[len(all)-1].ID+1)
	for i := range list {
		list[i] = crush.In
	}
	for _, word := range strings.Split(f.reweight, ",") {
		name, text, _ := strings.Cut(word, "=")
		weight, err := strconv.ParseFloat(text, 64)
		if err != nil || !(weight >= 0 && weight <= 1) {
			return nil, fmt.Errorf("--reweight %s: it is OSD=W with W from 0 to 1", word)
		}
		i := slices.IndexFunc(all, func(o crush.OSD) bool { return o.Name == name || strconv.Itoa(int(o.ID)) == name })
		if i < 0 {
			return nil, fmt.Errorf("--reweight %s: the map has no OSD %s", word, name)
		}
		list[all[i].ID] = uint32(weight * crush.In)
	}
	return list, nil
}

// of returns the OSDs of a group; where an erasure code has a hole there is crush.None.
// At the end of a list there is none: fewer were found.
func (o *osds) of(pg uint32) []int32 {
	list := o.placed[int(pg)*o.replicas:][:o.replicas]
	for len(list) > 0 && list[len(list)-1] == crush.None {
		list = list[:len(list)-1]
	}
	return list
}

func (o *osds) owner(pg uint32) int {
	if int64(pg) >= int64(len(o.placed)/o.replicas) {
		return -1
	}
	return int(pg)
}

// fields returns what is written for each group.
func (o *osds) fields(asJSON bool) (fields []string, none string, err error) {
	open, hole, end, none := "", "-", "\t", "-\t"
	if asJSON {
		open, hole, end, none = `"osds":[`, "null", "],", `"osds":null,`
	}
	var text []byte
	for pg := range len(o.placed) / o.replicas {
		text = append(text[:0], open...)
		for i, osd := range o.of(uint32(pg)) {
			if i > 0 {
				text = append(text, ',')
			}
			if osd == crush.None {
				text = append(text, hole...)
			} else {
				text = strconv.AppendInt(text, int64(osd), 10)
			}
		}
		if !asJSON && len(text) == 0 {
			text = append(text, '-')
		}
		fields = append(fields, string(append(text, end...)))
	}
	return fields, none, nil
}

// counts returns the groups and keys of each OSD, of all replicas.
func (o *osds) counts(counts []uint64) (all []nodeCount) {
	index := map[int32]int{}
	ids := make([]int32, 0, len(o.names))
	for id := range o.names {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for i, id := range ids {
		index[id] = i
		all = append(all, nodeCount{Node: o.names[id]})
	}
	for pg, keys := range counts {
		for _, osd := range o.of(uint32(pg)) {
			if osd != crush.None {
				of := &all[index[osd]]
				of.Partitions++
				of.Keys += keys
			}
		}
	}
	return all
}
