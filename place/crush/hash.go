package crush

// seed is what each hash starts from.
const seed = 1315423911

// Two words that a hash of few numbers is filled up with.
const (
	fillX = 231232
	fillY = 1232
)

// mix is the mixing step of Bob Jenkins' hash of 1996, which Ceph calls
// rjenkins1. It is in two parts, so that the compiler inlines each.
func mix(a, b, c uint32) (uint32, uint32, uint32) {
	a = (a - b - c) ^ c>>13
	b = (b - c - a) ^ a<<8
	c = (c - a - b) ^ b>>13
	a = (a - b - c) ^ c>>12
	return mixEnd(a, b, c)
}

func mixEnd(a, b, c uint32) (uint32, uint32, uint32) {
	b = (b - c - a) ^ a<<16
	c = (c - a - b) ^ b>>5
	a = (a - b - c) ^ c>>3
	b = (b - c - a) ^ a<<10
	c = (c - a - b) ^ b>>15
	return a, b, c
}

// hash2 is crush_hash32_2: what says whether an OSD that is partly out takes an x.
func hash2(a, b uint32) uint32 {
	x, y := uint32(fillX), uint32(fillY)
	h := seed ^ a ^ b
	a, b, h = mix(a, b, h)
	_, _, h = mix(x, a, h)
	_, _, h = mix(b, y, h)
	return h
}

// hash3 is crush_hash32_3: the draw of an item.
func hash3(a, b, c uint32) uint32 {
	x, y := uint32(fillX), uint32(fillY)
	h := seed ^ a ^ b ^ c
	a, b, h = mix(a, b, h)
	c, x, h = mix(c, x, h)
	y, a, h = mix(y, a, h)
	_, _, h = mix(b, x, h)
	_, _, h = mix(y, c, h)
	return h
}
