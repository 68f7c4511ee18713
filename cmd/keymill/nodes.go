package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/nodes"
	"github.com/keymill/keymill/place"
)

// readNodes reads the file of --nodes.
func readNodes(file string) ([]nodes.Node, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("--nodes: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	list, err := nodes.Read(f, file)
	if err != nil {
		return nil, fmt.Errorf("--nodes: %w", err)
	}
	return list, nil
}

// ofMembers returns the scheme of the nodes themselves.
func (f *schemeFlags) ofMembers() (keymill.Params, owners, error) {
	if f.nodes == "" {
		return keymill.Params{}, nil, usageError{fmt.Errorf("scheme %s: %w: give --nodes FILE", f.scheme, place.ErrMembers)}
	}
	if f.hash != "" || f.seed != "" {
		return keymill.Params{}, nil, usageError{fmt.Errorf("scheme %s: --hash and --seed are fixed by its members, which are hashed too: leave them out", f.scheme)}
	}
	list, err := readNodes(f.nodes)
	if err != nil {
		return keymill.Params{}, nil, err
	}
	scheme, err := place.LookupMembers(f.scheme, nodes.Members(list))
	if err != nil {
		return keymill.Params{}, nil, fmt.Errorf("--nodes: %s: %w", f.nodes, err)
	}
	if f.partitions != 0 && f.partitions != scheme.Parts {
		return keymill.Params{}, nil, usageError{fmt.Errorf("scheme %s: %d partitions: it has one for each of the %s of --nodes",
			f.scheme, f.partitions, plural(int64(len(list)), "node"))}
	}
	if i := indexOfPlaced(list); i >= 0 {
		return keymill.Params{}, nil, fmt.Errorf("--nodes: %s: node %s has partitions=, but scheme %s has none that could be given: leave it out",
			f.nodes, list[i].Name, f.scheme)
	}
	each, err := nodes.OneEach(list)
	return keymill.Params{Scheme: scheme}, nodeOwners{each}, err
}

func indexOfPlaced(list []nodes.Node) int {
	for i, n := range list {
		if n.Partitions != nil {
			return i
		}
	}
	return -1
}

// owners returns who has the partitions of a scheme that does not know the nodes;
// nil without --nodes.
func (f *schemeFlags) owners(parts uint32) (owners, error) {
	if f.nodes == "" {
		return nil, nil
	}
	if f.scheme == cephScheme {
		has, err := f.ceph.osdsOf(f.nodes, parts)
		if err != nil {
			return nil, err
		}
		return has, nil
	}
	list, err := readNodes(f.nodes)
	if err != nil {
		return nil, err
	}
	assigned, err := nodes.Assign(list, parts)
	if err != nil {
		return nil, fmt.Errorf("--nodes: %s: %w", f.nodes, err)
	}
	return nodeOwners{assigned}, nil
}

// owners says who has the partitions.
type owners interface {
	// owner returns which of fields a partition has, or -1.
	owner(part uint32) int
	// fields returns what is written of owners: text and a tab, or a field of JSON; and what
	// of none.
	fields(asJSON bool) (fields []string, none string, err error)
	// counts returns the keys of each node, of those of the partitions.
	counts(counts []uint64) []nodeCount
}

// nodeOwners are nodes that have partitions, or are them.
type nodeOwners struct{ nodes *nodes.Nodes }

func (o nodeOwners) owner(part uint32) int { return o.nodes.Owner(part) }

func (o nodeOwners) fields(asJSON bool) (fields []string, none string, err error) {
	for _, n := range o.nodes.List() {
		field := n.Name + "\t"
		if asJSON {
			name, err := json.Marshal(n.Name)
			if err != nil {
				return nil, "", err
			}
			field = `"node":` + string(name) + ","
		}
		fields = append(fields, field)
	}
	if asJSON {
		return fields, `"node":null,`, nil
	}
	return fields, "-\t", nil
}

func (o nodeOwners) counts(counts []uint64) (all []nodeCount) {
	for _, n := range o.nodes.List() {
		all = append(all, nodeCount{Node: n.Name})
	}
	for part, keys := range counts {
		of := &all[o.nodes.Owner(uint32(part))]
		of.Partitions++
		of.Keys += keys
	}
	return all
}

// nodeColumn writes the column that names who has a partition.
type nodeColumn struct {
	owners owners // nil: there is no such column
	fields []string
	none   string
}

func newNodeColumn(has owners, asJSON bool) (c nodeColumn, err error) {
	if has == nil {
		return c, nil
	}
	c.owners = has
	c.fields, c.none, err = has.fields(asJSON)
	return c, err
}

func (c *nodeColumn) append(out []byte, part uint32) []byte {
	if c.owners == nil {
		return out
	}
	if i := c.owners.owner(part); i >= 0 {
		return append(out, c.fields[i]...)
	}
	return append(out, c.none...)
}

// nodeCount is the keys and partitions of a node, in the JSON of --counts.
type nodeCount struct {
	Node       string `json:"node"`
	Partitions uint64 `json:"partitions"`
	Keys       uint64 `json:"keys"`
}

func (c *nodeColumn) counts(counts []uint64) []nodeCount {
	if c.owners == nil {
		return nil
	}
	return c.owners.counts(counts)
}

// memberHelp lists the schemes that need --nodes.
func memberHelp() string {
	var b strings.Builder
	b.WriteString("\nSchemes that place on the nodes of --nodes; a partition is a node, by its line:\n")
	for _, p := range place.MemberPresets() {
		fmt.Fprintf(&b, "  %-18s %s%s\n", p.Name, p.System, needs(p))
	}
	b.WriteString(`
--nodes FILE names the nodes, one a line; after a # is comment:
  NAME [weight=W] [rack=R] [partitions=0-99,150] [token=T,T...]
With any other scheme it says which node has a partition: the one with that
partition in its list; without lists each has a range by its weight, in the order
of the lines (equal weights and redis: as redis-cli --cluster create lays slots).
The output then has the node's name behind the partition.
With ceph it is a CRUSH map as 'crushtool -d' prints it, and the output has the
numbers of the OSDs behind the placement group, the primary first.
`)
	return b.String()
}

func needs(p place.MemberPreset) string {
	switch {
	case p.Tokens:
		return "; needs token="
	case !p.Weighted:
		return "; no weight="
	}
	return ""
}

// allSchemeNames are those of both kinds of presets.
func allSchemeNames() []string {
	all := schemeNames()
	for _, p := range place.MemberPresets() {
		all = append(all, p.Name)
	}
	return all
}

// withoutPartitions explains the error of a scheme to which no number was given.
func (f *schemeFlags) withoutPartitions(err error) error {
	if f.partitions == 0 && !errors.As(err, new(*place.UnknownError)) {
		return fmt.Errorf("%w: give --partitions", err)
	}
	return err
}
