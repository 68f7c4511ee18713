package opencl

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestArrange ranks made-up lists of devices: each line says what is listed, by the places in the list
// that the loader gave.
func TestArrange(t *testing.T) {
	gpu := DeviceInfo{Name: "gpu", Type: GPU, ComputeUnits: 10, ClockMHz: 1000}
	with := func(d DeviceInfo, change func(d *DeviceInfo)) DeviceInfo {
		change(&d)
		return d
	}
	on := func(platform int, version, pci, uuid string) DeviceInfo {
		return with(gpu, func(d *DeviceInfo) { d.platform, d.Version, d.PCI, d.UUID = platform, version, pci, uuid })
	}
	typed := func(types ...DeviceType) (list []DeviceInfo) {
		for _, typ := range types {
			list = append(list, with(gpu, func(d *DeviceInfo) { d.Type = typ }))
		}
		return list
	}
	speed := func(units, clock int) DeviceInfo {
		return with(gpu, func(d *DeviceInfo) { d.ComputeUnits, d.ClockMHz = units, clock })
	}
	fastCPU := with(speed(1000, 5000), func(d *DeviceInfo) { d.Type = CPU })
	memory := func(bytes uint64) DeviceInfo {
		return with(gpu, func(d *DeviceInfo) { d.GlobalMemory, d.MaxAlloc = bytes, bytes })
	}
	for name, c := range map[string]struct {
		list []DeviceInfo
		want []int
	}{
		"none":                           {nil, nil},
		"GPU, accelerator, CPU, other":   {typed(OtherDevice, CPU, Accelerator, GPU), []int{3, 2, 1, 0}},
		"type before speed":              {[]DeviceInfo{fastCPU, gpu}, []int{1, 0}},
		"units times clock":              {[]DeviceInfo{speed(10, 900), speed(5, 2000), speed(11, 1000)}, []int{2, 1, 0}},
		"a product above 32 bits":        {[]DeviceInfo{speed(1, 1), speed(1<<20, 1<<12)}, []int{1, 0}},
		"the loader's order":             {[]DeviceInfo{gpu, gpu, gpu}, []int{0, 1, 2}},
		"memory says nothing":            {[]DeviceInfo{memory(1), memory(1 << 40)}, []int{0, 1}},
		"twins by PCI":                   {[]DeviceInfo{on(0, "OpenCL 3.0", "0000:65:00.0", ""), on(1, "OpenCL 3.0", "0000:65:00.0", "")}, []int{0}},
		"twins by UUID":                  {[]DeviceInfo{on(0, "OpenCL 3.0", "", "ab"), on(1, "OpenCL 3.0", "", "ab")}, []int{0}},
		"UUIDs made by two drivers":      {[]DeviceInfo{on(0, "OpenCL 3.0", "0000:65:00.0", "ab"), on(1, "OpenCL 3.0", "0000:65:00.0", "cd")}, []int{0}},
		"the higher version":             {[]DeviceInfo{on(0, "OpenCL 1.2 x", "", "ab"), on(1, "OpenCL 3.0 y", "", "ab")}, []int{1}},
		"1.10 is above 1.2":              {[]DeviceInfo{on(0, "OpenCL 1.2", "", "ab"), on(1, "OpenCL 1.10", "", "ab")}, []int{1}},
		"a version that says nothing":    {[]DeviceInfo{on(0, "garbage", "", "ab"), on(1, "OpenCL 1.2", "", "ab")}, []int{1}},
		"three platforms":                {[]DeviceInfo{on(0, "OpenCL 1.2", "", "ab"), on(1, "OpenCL 3.0", "", "ab"), on(2, "OpenCL 3.0", "", "ab")}, []int{1}},
		"parts of a GPU, one platform":   {[]DeviceInfo{on(0, "OpenCL 3.0", "0000:65:00.0", "ab"), on(0, "OpenCL 3.0", "0000:65:00.0", "cd")}, []int{0, 1}},
		"neither has an address":         {[]DeviceInfo{on(0, "OpenCL 3.0", "", ""), on(1, "OpenCL 3.0", "", "")}, []int{0, 1}},
		"two of a kind on two addresses": {[]DeviceInfo{on(0, "OpenCL 3.0", "0000:65:00.0", ""), on(1, "OpenCL 3.0", "0000:66:00.0", "")}, []int{0, 1}},
	} {
		require.Equal(t, c.want, arrange(c.list), name)
	}
}

// TestIdentify has the properties of made-up drivers.
func TestIdentify(t *testing.T) {
	words := func(words ...uint32) (b []byte) {
		for _, w := range words {
			b = binary.NativeEndian.AppendUint32(b, w)
		}
		return b
	}
	uuid := []byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
	const uuidWant = "00112233-4455-6677-8899-aabbccddeeff"
	topology := append(append(words(1), make([]byte, 17)...), 0x0c, 0x1f, 7)
	const khrPCI, khrUUID, nv, amd = "cl_khr_pci_bus_info", "cl_khr_device_uuid", "cl_nv_device_attribute_query", "cl_amd_device_attribute_query"
	type properties = map[uint32][]byte
	for name, c := range map[string]struct {
		extensions []string
		has        properties
		want       DeviceInfo
	}{
		"nothing":        {nil, nil, DeviceInfo{}},
		"all":            {[]string{khrUUID, khrPCI}, properties{0x106A: uuid, 0x410F: words(0x10000, 0x65, 0x1f, 3)}, DeviceInfo{UUID: uuidWant, PCI: "10000:65:1f.3"}},
		"not listed":     {[]string{"cl_khr_fp64"}, properties{0x106A: uuid, 0x410F: words(0, 1, 2, 3), 0x4008: words(1), 0x4009: words(0), 0x4037: topology}, DeviceInfo{}},
		"listed, silent": {[]string{khrUUID, khrPCI, nv, amd}, nil, DeviceInfo{}},
		"odd sizes":      {[]string{khrUUID, khrPCI, nv, amd}, properties{0x106A: uuid[1:], 0x410F: words(1, 2, 3), 0x4008: uuid[:3], 0x4009: words(0), 0x4037: topology[1:]}, DeviceInfo{}},
		"zero UUID":      {[]string{khrUUID}, properties{0x106A: make([]byte, 16)}, DeviceInfo{}},
		"old NVIDIA":     {[]string{nv}, properties{0x4008: words(0x65), 0x4009: words(0xa1)}, DeviceInfo{PCI: "0000:65:14.1"}},
		"NVIDIA":         {[]string{nv}, properties{0x4008: words(0x65), 0x4009: words(0), 0x400A: words(2)}, DeviceInfo{PCI: "0002:65:00.0"}},
		"khr is better":  {[]string{khrPCI, nv}, properties{0x4008: words(1), 0x4009: words(0), 0x410F: words(0, 0x65, 0, 0)}, DeviceInfo{PCI: "0000:65:00.0"}},
		"AMD":            {[]string{amd}, properties{0x4037: topology, 0x4038: []byte("Radeon \x00")}, DeviceInfo{Name: "Radeon (gfx)", PCI: "0000:0c:1f.7"}},
		"AMD, not PCI":   {[]string{amd}, properties{0x4037: append(words(2), topology[4:]...)}, DeviceInfo{}},
	} {
		got := DeviceInfo{Name: "gfx"}
		asked := map[uint32]bool{}
		got.identify(c.extensions, func(what uint32) []byte {
			asked[what] = true
			return c.has[what]
		})
		if c.want.Name == "" {
			c.want.Name = "gfx"
		}
		require.Equal(t, c.want, got, name)
		if name == "not listed" {
			require.Empty(t, asked, name)
		}
	}
}

func TestDeviceTypes(t *testing.T) {
	require.Equal(t, "GPU accelerator CPU other", GPU.String()+" "+Accelerator.String()+" "+CPU.String()+" "+OtherDevice.String())
}
