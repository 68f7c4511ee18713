package main

import (
	_ "unsafe" // for go:linkname

	_ "github.com/gocql/gocql"
	_ "github.com/redis/rueidis"
)

// Functions that are internal to their modules, linked by their names: without what their
// users have to do to reach them, which is to their advantage.

//go:linkname gocqlToken github.com/gocql/gocql/internal/murmur.Murmur3H1
func gocqlToken(key []byte) int64

//go:linkname rueidisSlot github.com/redis/rueidis/internal/cmds.slot
func rueidisSlot(key string) uint16
