module github.com/keymill/keymill/bench/peers

go 1.26.0

replace github.com/keymill/keymill => ../..

require (
	github.com/cespare/xxhash/v2 v2.3.0
	github.com/keymill/keymill v0.0.0
	github.com/segmentio/kafka-go v0.4.51
	github.com/zeebo/xxh3 v1.1.0
)

require (
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/klauspost/cpuid/v2 v2.4.2 // indirect
	github.com/pierrec/lz4/v4 v4.1.15 // indirect
	golang.org/x/sys v0.49.0 // indirect
)
