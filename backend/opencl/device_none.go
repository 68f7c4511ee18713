//go:build !cgo || !linux || noopencl || purego

package opencl

import "github.com/keymill/keymill"

// Device is a backend: one OpenCL device, opened. This build has none: [Open] says why.
type Device struct{ keymill.Backend }

// Open returns an error of kind Unavailable.
func Open(int, Options) (*Device, error) { return nil, errNone }

// SelfTest is there for a device to be tested.
func (*Device) SelfTest() error { return errNone }

// Close is there for a device to be closed.
func (*Device) Close() error { return nil }

// Info is there for a device to be described.
func (*Device) Info() DeviceInfo { return DeviceInfo{} }

// Describe is there for a device to be described.
func (*Device) Describe() string { return errNone.Error() }

// Upload returns an error of kind Unavailable.
func (*Device) Upload(*keymill.Batch) (keymill.Resident, error) { return nil, errNone }

// Transfers returns an error of kind Unavailable.
func (*Device) Transfers(int) (*Transfers, error) { return nil, errNone }

// Transfers is there for a device to be measured.
type Transfers struct{}

// Up returns an error of kind Unavailable.
func (*Transfers) Up() error { return errNone }

// Down returns an error of kind Unavailable.
func (*Transfers) Down() error { return errNone }

// Within returns an error of kind Unavailable.
func (*Transfers) Within() error { return errNone }

// Close is there for transfers to be closed.
func (*Transfers) Close() error { return nil }
