package crush

// seed is what each hash starts from.
const seed = 1315423911

// Two words that a hash of few numbers is filled up with.
const (
	fillX = 231232
	fillY = 1232
)

// mix is the mixing step of Bob Jenkins' hash of 1996, which Ceph calls rjenkins1.
func mix(a, b, c uint32) (uint32, uint32, uint32) {
	a = (a - b - c) ^ c>>13
	b = (b - c - a) ^ a<<8
	c = (c - a - b) ^ b>>13
	a = (a - b - c) ^ c>>12
	b = (b - c - a) ^ a<<16
	c = (c - a - b) ^ b>>5
	a = (a - b - c) ^ c>>3
	b = (b - c - a) ^ a<<10
	c = (c - a - b) ^ b>>15
	return a, b, c
}

// mixBoth is mix of two at a time. Each line of mix waits for the one before, so a
// processor does two in the time of one.
func mixBoth(a, b, c, A, B, C uint32) (uint32, uint32, uint32, uint32, uint32, uint32) {
	a, A = (a-b-c)^c>>13, (A-B-C)^C>>13
	b, B = (b-c-a)^a<<8, (B-C-A)^A<<8
	c, C = (c-a-b)^b>>13, (C-A-B)^B>>13
	a, A = (a-b-c)^c>>12, (A-B-C)^C>>12
	b, B = (b-c-a)^a<<16, (B-C-A)^A<<16
	c, C = (c-a-b)^b>>5, (C-A-B)^B>>5
	a, A = (a-b-c)^c>>3, (A-B-C)^C>>3
	b, B = (b-c-a)^a<<10, (B-C-A)^A<<10
	c, C = (c-a-b)^b>>15, (C-A-B)^B>>15
	return a, b, c, A, B, C
}

// hash2 is crush_hash32_2: it says whether an OSD that is partly out takes an x.
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
	y, _, h = mix(y, a, h)
	_, _, h = mix(b, x, h)
	_, _, h = mix(y, c, h)
	return h
}

// hash3Both is hash3 of two that differ in the second number.
func hash3Both(a, b, B, c uint32) (h, H uint32) {
	x, y, A, C, X, Y := uint32(fillX), uint32(fillY), a, c, uint32(fillX), uint32(fillY)
	h, H = seed^a^b^c, seed^a^B^c
	a, b, h, A, B, H = mixBoth(a, b, h, A, B, H)
	c, x, h, C, X, H = mixBoth(c, x, h, C, X, H)
	y, _, h, Y, _, H = mixBoth(y, a, h, Y, A, H)
	_, _, h, _, _, H = mixBoth(b, x, h, B, X, H)
	_, _, h, _, _, H = mixBoth(y, c, h, Y, C, H)
	return h, H
}
