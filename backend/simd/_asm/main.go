// Command asm generates the assembly of package simd: a family of kernels with
// each run, as a .s file and the Go declarations to it. scripts/generate.sh runs it for
// all families.
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"

	. "github.com/mmcloughlin/avo/build"
)

// families are the files that are generated, without their prefix and suffix.
var families = map[string]func(){
	"crc":      crc,
	"crcz":     crcz,
	"lanes32":  lanes32,
	"lanes32z": lanes32z,
	"lookup3":  lookup3,
	"lookup3z": lookup3z,
	"md5":      md5,
	"md5z":     md5z,
	"pack":     pack,
	"offsets":  offsets,
	"reduce":   reduce,
	"reducez":  reducez,
	"sums64":   sums64,
	"sums64z":  sums64z,
	"tags":     tags,
	"tagsz":    tagsz,
	"xxh3":     xxh3,
	"xxh3z":    xxh3z,
}

func main() {
	name := flag.String("family", "", "what to generate; list names all")
	flag.Parse()
	generate, ok := families[*name]
	switch {
	case *name == "list":
		for _, name := range slices.Sorted(maps.Keys(families)) {
			fmt.Println(name)
		}
		return
	case !ok:
		fmt.Fprintf(os.Stderr, "asm: no family %q\n", *name)
		os.Exit(2)
	}
	ConstraintExpr("!purego")
	generate()
	Generate()
}
