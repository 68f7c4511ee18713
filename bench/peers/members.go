package main

import (
	"crypto/md5"
	"encoding/binary"
	"hash/crc32"
	"slices"

	"github.com/cespare/xxhash/v2"
	"github.com/dgryski/go-rendezvous"

	"github.com/keymill/keymill/bench"
	"github.com/keymill/keymill/place"
)

// ofMembers are placements on a list of servers, bench.Members. Of rings the points are ours,
// since who makes them once is not asked for speed: what is measured is a hash function
// and the search that such libraries have.
func ofMembers() []bench.PlacePeer {
	var names []string
	number := map[string]int{}
	for i, m := range bench.Members() {
		names, number[m.Name] = append(names, m.Name), i
	}
	highest := rendezvous.New(names, xxhash.Sum64String)
	ketama, ring, nginx := tableOf("ketama"), tableOf("ring-hash"), tableOf("nginx-consistent")
	maglev := tableOf("maglev-envoy").Owners()
	tokens := tableOf("cassandra-ring")
	return []bench.PlacePeer{
		// It says the name, and the number is what a user wants: a look-up in a map more.
		{Name: "dgryski/go-rendezvous", Scheme: "rendezvous", Parts: parts, Place: loop(func(key []byte) int {
			return number[highest.Lookup(text(key))]
		})},
		{Name: "crypto/md5 and search", Scheme: "ketama", Parts: parts, Place: loop(func(key []byte) int {
			digest := md5.Sum(key)
			return owner(ketama, uint64(binary.LittleEndian.Uint32(digest[:])))
		})},
		// As grpc-go's ringhash, whose ring is internal.
		{Name: "cespare/xxhash and search", Scheme: "ring-hash", Parts: parts, Place: loop(func(key []byte) int {
			return owner(ring, xxhash.Sum64(key))
		})},
		{Name: "hash/crc32 and search", Scheme: "nginx-consistent", Parts: parts, Place: loop(func(key []byte) int {
			return owner(nginx, uint64(crc32.ChecksumIEEE(key)))
		})},
		{Name: "cespare/xxhash and table", Scheme: "maglev-envoy", Parts: parts, Place: loop(func(key []byte) int {
			return int(maglev[xxhash.Sum64(key)%uint64(len(maglev))])
		})},
		{Name: "gocql and search", Scheme: "cassandra-ring", Parts: parts, Place: loop(func(key []byte) int {
			return owner(tokens, uint64(gocqlToken(key))+1<<63)
		})},
	}
}

func tableOf(scheme string) *place.Table {
	s, err := place.LookupMembers(scheme, bench.Members())
	if err != nil {
		panic(err) // the members are ours
	}
	return s.Table
}

// owner is the owner of the first point that is not below the number, or of the first.
func owner(t *place.Table, number uint64) int {
	points := t.Points()
	i, _ := slices.BinarySearch(points, number)
	if i == len(points) {
		i = 0
	}
	return int(t.Owners()[i])
}
