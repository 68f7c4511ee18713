package opencl

import (
	"fmt"
	"strings"

	"github.com/keymill/keymill"
)

// Kind says what an [Error] means for the caller.
type Kind int

// The kinds of errors.
const (
	// Unavailable: OpenCL or the device cannot be used on this machine, or this
	// build was made without it. It matches keymill.ErrUnavailable.
	Unavailable Kind = iota
	// Unsupported: this backend does not run that hash or scheme on this device.
	// It matches keymill.ErrUnsupported.
	Unsupported
	// Build: the driver's compiler refused the kernels. Log is what it wrote.
	Build
	// Capacity: the device or the host has not the memory or the resources for
	// it. Less at a time may work.
	Capacity
	// DeviceLost: work that the device had accepted failed. The context and all
	// that belongs to it is to be thrown away.
	DeviceLost
	// Misuse: a call was wrong, which is a bug of this package.
	Misuse
	// SelfTest: the device computed something wrong, and must not be used.
	SelfTest
)

var kindNames = [...]string{
	Unavailable: "unavailable",
	Unsupported: "unsupported",
	Build:       "build",
	Capacity:    "capacity",
	DeviceLost:  "device lost",
	Misuse:      "misuse",
	SelfTest:    "self-test",
}

// String returns the kind in a word or two.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return kindNames[k]
}

// what is how a message of that kind begins.
func (k Kind) what() string {
	switch k {
	case Unavailable:
		return "OpenCL cannot be used"
	case Unsupported:
		return "not supported"
	case Build:
		return "the kernels do not build"
	case Capacity:
		return "not enough memory or resources"
	case DeviceLost:
		return "the device failed"
	case Misuse:
		return "a wrong call, which is a bug of keymill"
	case SelfTest:
		return "the self-test failed"
	}
	return k.String()
}

// Error is every error of this package that is not about the caller's input.
type Error struct {
	Kind   Kind
	Call   string // the OpenCL function that failed, "" if none did
	Code   Code   // what it returned
	Device string // the name of the device, "" if it is about none
	Log    string // of a failed build: what the compiler wrote
	Err    error  // the cause, if OpenCL did not say it, or nil
}

// Error says in one line what failed, where, and what to do where that is known.
func (e *Error) Error() string {
	var s strings.Builder
	s.WriteString(e.Kind.what())
	if e.Device != "" {
		s.WriteString(" on " + e.Device)
	}
	if e.Call != "" {
		s.WriteString(": " + e.Call)
	}
	if e.Code != 0 {
		fmt.Fprintf(&s, ": %v (%d)", e.Code, int32(e.Code))
	}
	if e.Err != nil {
		s.WriteString(": " + oneLine(e.Err.Error()))
	}
	if line := firstError(e.Log); line != "" {
		s.WriteString(": " + line)
	}
	if advice := e.advice(); advice != "" {
		s.WriteString("; " + advice)
	}
	return s.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is true for keymill.ErrUnavailable and keymill.ErrUnsupported.
func (e *Error) Is(target error) bool {
	return e.Kind == Unavailable && target == keymill.ErrUnavailable ||
		e.Kind == Unsupported && target == keymill.ErrUnsupported
}

// blameCommand makes an error of waiting the error of the command that was waited for, which ended with
// that code.
func (e *Error) blameCommand(status Code) {
	e.Kind = kindOf(e.Call, status)
	e.Err = fmt.Errorf("the command ended with %v (%d)", status, int32(status))
}

// advice returns what the user can do, or "".
func (e *Error) advice() string {
	switch {
	case e.Code == codePlatformNotFound:
		return "install the OpenCL driver of the device, or, for the CPU, PoCL (Debian: pocl-opencl-icd)"
	case e.Code == codeDeviceNotFound:
		return "clinfo shows what the driver finds"
	case e.Code == codeDeviceNotAvailable:
		return "another program may have the device for itself"
	case e.Code == codeCompilerNotAvailable || e.Code == codeLinkerNotAvailable:
		return "the driver is installed without its compiler"
	case e.Kind == Capacity:
		return "smaller batches need less"
	case e.Kind == DeviceLost:
		return "open it again, or look at the system's log if it comes back"
	}
	return ""
}

// onDevice puts the name of the device into an error that has none.
func onDevice(e *Error, name string) {
	if e.Device == "" {
		e.Device = name
	}
}

// firstError returns the first line of a build log that speaks of an error, or
// else its first line.
func firstError(log string) string {
	first := ""
	for line := range strings.Lines(log) {
		line = strings.TrimSpace(line)
		if strings.Contains(strings.ToLower(line), "error") {
			return line
		}
		if first == "" {
			first = line
		}
	}
	return first
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// maxLog is how many bytes of a build log are kept: its beginning, which names
// the first error, and its end, which counts them.
const maxLog = 32 << 10

// cutLog returns a log with its middle left out, if it is long.
func cutLog(log string) string {
	if len(log) <= maxLog {
		return log
	}
	const end = maxLog / 4
	return fmt.Sprintf("%s\n... %d bytes are left out here ...\n%s",
		log[:maxLog-end], len(log)-maxLog, log[len(log)-end:])
}
