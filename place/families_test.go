package place

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// family is a kind of keys that people have, in the words of the warnings.
type family struct {
	name string
	key  func(i int) []byte // the i-th key; no two are alike
}

var families = []family{
	{"keys like user:1042", text("user:%d")},
	{"keys like order:001042", text("order:%06d")},
	{"keys like session:0000000000000412", text("session:%016x")},
	{"big-endian counters of 4 bytes", bigEndian(4)},
	{"big-endian counters of 8 bytes", bigEndian(8)},
	{"big-endian counters of 16 bytes", bigEndian(16)},
	{"little-endian counters of 4 bytes", littleEndian(4)},
	{"little-endian counters of 8 bytes", littleEndian(8)},
	{"little-endian counters of 16 bytes", littleEndian(16)},
	{"IPv4 addresses as text", func(i int) []byte {
		ip := address(i)
		return fmt.Appendf(nil, "%d.%d.%d.%d", ip[0], ip[1], ip[2], ip[3])
	}},
	{"IPv4 addresses of 4 bytes", func(i int) []byte { ip := address(i); return ip[:] }},
	{"UUIDs as text", func(i int) []byte {
		id := uuid(i)
		return fmt.Appendf(nil, "%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	}},
	{"UUIDs of 16 bytes", func(i int) []byte { id := uuid(i); return id[:] }},
	{"paths", filePath},
}

func text(format string) func(int) []byte {
	return func(i int) []byte { return fmt.Appendf(nil, format, i) }
}

func bigEndian(width int) func(int) []byte {
	return func(i int) []byte {
		key := make([]byte, width)
		binary.BigEndian.PutUint32(key[width-4:], uint32(i))
		return key
	}
}

func littleEndian(width int) func(int) []byte {
	return func(i int) []byte {
		key := make([]byte, width)
		binary.LittleEndian.PutUint32(key, uint32(i))
		return key
	}
}

// address is the i-th host of 10.0.0.0/8, in networks of 254 hosts.
func address(i int) [4]byte {
	network, host := i/254, i%254
	return [4]byte{10, byte(network >> 8), byte(network), byte(1 + host)}
}

// uuid is a random UUID, of version 4.
func uuid(i int) (id [16]byte) {
	rng := rand.NewPCG(uint64(i), 4)
	binary.BigEndian.PutUint64(id[:8], rng.Uint64())
	binary.BigEndian.PutUint64(id[8:], rng.Uint64())
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// filePath is a file of a made-up tree: few names of folders, many files that
// are numbered, few endings.
func filePath(i int) []byte {
	folders := []string{"bin", "doc", "include", "lib", "locale", "man", "python3", "share", "src", "x86_64-linux-gnu"}
	endings := []string{".gz", ".h", ".html", ".mo", ".png", ".py", ".so"}
	mix := rand.NewPCG(uint64(i), 7).Uint64() // which of them, as irregular as in a real tree
	path := []byte("/usr")
	for range 1 + mix%4 {
		mix /= 4
		path = append(path, '/')
		path = append(path, folders[mix%10]...)
		mix /= 10
	}
	return fmt.Appendf(path, "/file%d%s", i, endings[mix%7])
}
