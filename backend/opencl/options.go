package opencl

// Options says how a device is used. The zero value is right for nearly everybody.
type Options struct {
	// Memory says how keys come to the device.
	Memory Memory

	// Slots is how many chunks of a batch are under way at a time, each on a goroutine
	// of its own: while one is computed, others go up and come down. 0 stands for 3.
	Slots int

	// ChunkBytes is how many bytes of keys a chunk has, unless one key alone has more.
	// 0 stands for 8 MiB. A device that has not the memory gets smaller ones.
	ChunkBytes int

	// CacheDir is the folder of compiled kernels: "" stands for keymill/opencl in the
	// user's cache folder. It must be writable by the user alone, for what it holds runs as
	// code. What is there is checked to be whole before it is used; where nothing can
	// be written, kernels are compiled in each process.
	CacheDir string
}

// Memory is a way for keys to come to a device.
type Memory uint8

// The ways.
const (
	// MemoryAuto is MemoryShared for a device that shares the host's memory, else MemoryCopy.
	MemoryAuto Memory = iota

	// MemoryCopy copies chunks to memory that the driver has pinned, and from there to
	// the device; results come back the same way.
	MemoryCopy

	// MemoryShared lets the device read and write memory of the host. A processor takes
	// the keys of a large batch from where they are, and puts the results where they
	// belong: nothing is copied.
	MemoryShared
)

func (o Options) slots() int {
	if o.Slots > 0 {
		return o.Slots
	}
	return 3
}

func (o Options) chunkBytes() int {
	if o.ChunkBytes > 0 {
		return o.ChunkBytes
	}
	return 8 << 20
}
