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
func (f *schemeFlags) ofMembers() (keymill.Params, *nodes.Nodes, error) {
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
	owners, err := nodes.OneEach(list)
	return keymill.Params{Scheme: scheme}, owners, err
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
func (f *schemeFlags) owners(parts uint32) (*nodes.Nodes, error) {
	if f.nodes == "" {
		return nil, nil
	}
	list, err := readNodes(f.nodes)
	if err != nil {
		return nil, err
	}
	owners, err := nodes.Assign(list, parts)
	if err != nil {
		return nil, fmt.Errorf("--nodes: %s: %w", f.nodes, err)
	}
	return owners, nil
}

// nodeColumn writes the column that names the node of a partition.
type nodeColumn struct {
	owners *nodes.Nodes // nil: there is no such column
	fields []string     // of each node what is written: the name and a tab, or a field of JSON
	none   string
}

func newNodeColumn(owners *nodes.Nodes, asJSON bool) (c nodeColumn, err error) {
	if owners == nil {
		return c, nil
	}
	c = nodeColumn{owners: owners, none: "-\t"}
	if asJSON {
		c.none = `"node":null,`
	}
	for _, n := range owners.List() {
		field := n.Name + "\t"
		if asJSON {
			name, err := json.Marshal(n.Name)
			if err != nil {
				return c, err
			}
			field = `"node":` + string(name) + ","
		}
		c.fields = append(c.fields, field)
	}
	return c, nil
}

func (c *nodeColumn) append(out []byte, part uint32) []byte {
	if c.owners == nil {
		return out
	}
	if i := c.owners.Owner(part); i >= 0 {
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

func (c *nodeColumn) counts(counts []uint64) (all []nodeCount) {
	if c.owners == nil {
		return nil
	}
	for _, n := range c.owners.List() {
		all = append(all, nodeCount{Node: n.Name})
	}
	for part, keys := range counts {
		of := &all[c.owners.Owner(uint32(part))]
		of.Partitions++
		of.Keys += keys
	}
	return all
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
