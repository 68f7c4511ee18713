package keymill

// Backend is one way to place keys: plain Go, SIMD assembly, an OpenCL device,
// or a [Dispatcher] over several. It is the one interface of the engine.
//
// A Backend is safe for concurrent use, allocates nothing a key, keeps no
// slice of its caller, and writes nothing after Place has returned.
type Backend interface {
	// Name says which backend this is, in lists and reports: "cpu",
	// "simd/avx2", "opencl:0"; "cpu*4" is cpu on four goroutines. It is stable
	// and has no spaces.
	Name() string

	// Place computes the fields of dst that are not nil. Params and batch may
	// hold anything: it starts with [Check], whose errors match ErrInvalid. It
	// returns an error that matches ErrUnsupported for a hash or scheme that it
	// does not run. Any other error means that the backend failed. After an
	// error the contents of dst are unspecified.
	Place(dst *Placement, b *Batch, p Params) error
}

// Describer is a Backend that can say more of itself, on one line: the
// instructions it uses, the device and its driver.
type Describer interface {
	Describe() string
}

// Uploader is a Backend with memory of its own, where a batch can stay: to be hashed
// again, or placed under other schemes, without its keys travelling again.
type Uploader interface {
	// Upload copies a batch. The errors are those of Place. The caller closes what is
	// returned.
	Upload(b *Batch) (Resident, error)
}

// Resident is a batch that lies in the memory of a backend. It is safe for concurrent
// use.
type Resident interface {
	// Len returns the number of keys.
	Len() int

	// Place is that of the backend, for the keys that were uploaded.
	Place(dst *Placement, p Params) error

	// Close gives the memory back. It waits for calls under way; those that come later
	// fail. A second Close does nothing.
	Close() error
}

// Candidate is a backend together with what it costs, for [NewDispatcher].
type Candidate struct {
	Backend
	Profile

	// Device says that it is a device beside the processor, so that both can work at
	// the same time: see [Config].Split.
	Device bool
}
