package main

import (
	"errors"
	"fmt"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/nodes"
	"github.com/keymill/keymill/place"
)

// planned is params for plans, where schemes of members may have a number of partitions in
// place of --nodes: members node-0, node-1 and so on, all alike. "maglev" is Envoy's. A key
// has one node, so those of ceph are not known here.
func (f schemeFlags) planned() (keymill.Params, *nodes.Nodes, error) {
	if f.scheme == "maglev" {
		f.scheme = "maglev-envoy"
	}
	if f.nodes != "" || f.partitions == 0 || !place.NeedsMembers(f.scheme) {
		return f.withOneNode()
	}
	if f.hash != "" || f.seed != "" {
		return keymill.Params{}, nil, usageError{fmt.Errorf("scheme %s: --hash and --seed are fixed by its members, which are hashed too: leave them out", f.scheme)}
	}
	if f.partitions > maxCounted {
		return keymill.Params{}, nil, usageError{fmt.Errorf("scheme %s: %d members: it takes at most %d", f.scheme, f.partitions, maxCounted)}
	}
	members := make([]place.Member, f.partitions)
	for i := range members {
		members[i].Name = fmt.Sprint("node-", i)
	}
	scheme, err := place.LookupMembers(f.scheme, members)
	if err != nil {
		err = usageError{fmt.Errorf("%w (members node-0, node-1 ... of a number: name the real ones with --nodes)", err)}
	}
	return keymill.Params{Scheme: scheme}, nil, err
}

func (f *schemeFlags) withOneNode() (keymill.Params, *nodes.Nodes, error) {
	if f.scheme == cephScheme && f.nodes != "" {
		return keymill.Params{}, nil, usageError{errors.New(
			"scheme ceph: plans know placement groups, not the OSDs: leave --nodes out; 'keymill place --counts --json' has the keys of each OSD")}
	}
	params, has, err := f.params()
	if err != nil || has == nil {
		return params, nil, err
	}
	return params, has.(nodeOwners).nodes, nil
}

// counted says that the members of the scheme are numbers.
func (f *schemeFlags) counted() bool {
	return f.nodes == "" && (f.scheme == "maglev" || place.NeedsMembers(f.scheme))
}
