package opencl

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
)

// Properties by which a device is known, of extensions whose headers we do not need otherwise.
const (
	devicePCIBusInfo  = 0x410F // cl_khr_pci_bus_info: 4 words, domain, bus, device, function
	deviceUUID        = 0x106A // cl_khr_device_uuid: 16 bytes
	devicePCIBusNV    = 0x4008 // cl_nv_device_attribute_query: a word
	devicePCISlotNV   = 0x4009 // ... 8 times the device, plus the function
	devicePCIDomainNV = 0x400A // ... not in old drivers
	deviceTopologyAMD = 0x4037 // cl_amd_device_attribute_query: a word, 1 for PCI; of 24 bytes the last are bus, device, function
	deviceBoardAMD    = 0x4038 // ... the name that is on the box, where CL_DEVICE_NAME is that of the chip
)

// identify fills in what the extensions that the driver lists say: UUID, PCI, and more of Name. What is not
// listed is not asked for. ask returns a property, or nil.
func (i *DeviceInfo) identify(extensions []string, ask func(what uint32) []byte) {
	word := func(what uint32) (uint32, bool) {
		value := ask(what)
		if len(value) != 4 {
			return 0, false
		}
		return binary.NativeEndian.Uint32(value), true
	}
	if slices.Contains(extensions, "cl_khr_device_uuid") {
		i.UUID = uuidText(ask(deviceUUID))
	}
	if slices.Contains(extensions, "cl_amd_device_attribute_query") {
		if board, _, _ := bytes.Cut(ask(deviceBoardAMD), []byte{0}); len(board) > 0 {
			i.Name = fmt.Sprintf("%s (%s)", bytes.TrimSpace(board), i.Name)
		}
		if t := ask(deviceTopologyAMD); len(t) == 24 && binary.NativeEndian.Uint32(t) == 1 {
			i.PCI = pciText(0, uint32(t[21]), uint32(t[22]), uint32(t[23]))
		}
	}
	if slices.Contains(extensions, "cl_nv_device_attribute_query") {
		bus, ok := word(devicePCIBusNV)
		slot, ok2 := word(devicePCISlotNV)
		domain, _ := word(devicePCIDomainNV)
		if ok && ok2 {
			i.PCI = pciText(domain, bus, slot>>3, slot&7)
		}
	}
	if slices.Contains(extensions, "cl_khr_pci_bus_info") { // the one that has all of it
		if b := ask(devicePCIBusInfo); len(b) == 16 {
			at := func(n int) uint32 { return binary.NativeEndian.Uint32(b[4*n:]) }
			i.PCI = pciText(at(0), at(1), at(2), at(3))
		}
	}
}

// pciText writes a PCI address as lspci does.
func pciText(domain, bus, device, function uint32) string {
	return fmt.Sprintf("%04x:%02x:%02x.%x", domain, bus, device, function)
}

// uuidText writes the 16 bytes of a UUID. All zeros, as of a driver that has none, are "".
func uuidText(u []byte) string {
	if len(u) != 16 || slices.Max(u) == 0 {
		return ""
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
