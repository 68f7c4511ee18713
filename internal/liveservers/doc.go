// Package liveservers has tests only: they start servers of real systems on this
// machine, ask them where keys live, and hold the presets of package place to the
// answers, on every backend. The vectors of internal/vectors are what such systems
// have said once, of a few hundred keys; this is what the ones installed say now.
//
// A server that is not installed leaves its test out, unless REQUIRE_SERVERS names
// it, as in REQUIRE_SERVERS=redis,postgres: then the test fails.
package liveservers
