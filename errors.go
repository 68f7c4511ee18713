package keymill

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is matched (errors.Is) by every error that blames the input:
	// a [*BatchError], [*ParamsError] or [*PlacementError]. Another backend
	// would refuse the same input, so the dispatcher does not try one.
	ErrInvalid = errors.New("invalid input")

	// ErrUnsupported is matched by the error of a backend that does not run a
	// hash or scheme at all. Another backend may; this one is not at fault.
	ErrUnsupported = errors.New("not supported by this backend")

	// ErrUnavailable is matched by the error of a backend that cannot run here:
	// the CPU lacks an instruction, a library or device is missing, or the
	// program was built without it.
	ErrUnavailable = errors.New("not available here")
)

// BatchError says what is wrong with a [Batch], and at which key.
type BatchError struct {
	Key    int // the number of the key, or -1 if the batch as a whole is wrong
	Reason string
}

func (e *BatchError) Error() string {
	if e.Key < 0 {
		return "batch: " + e.Reason
	}
	return fmt.Sprintf("batch: key %d: %s", e.Key, e.Reason)
}

// Is makes errors.Is(err, ErrInvalid) true.
func (e *BatchError) Is(target error) bool { return target == ErrInvalid }

// ParamsError says that [Params] cannot be computed. It wraps the reason, such
// as a [*hash.SeedError].
type ParamsError struct{ Err error }

func (e *ParamsError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *ParamsError) Unwrap() error { return e.Err }

// Is makes errors.Is(err, ErrInvalid) true.
func (e *ParamsError) Is(target error) bool { return target == ErrInvalid }

// PlacementError says what is wrong with a [Placement]: it does not fit the
// batch or the scheme, or does not hold what was computed.
type PlacementError struct {
	Field  string // "Hashes", "Parts" or "Counts"
	Reason string
}

func (e *PlacementError) Error() string { return "placement: " + e.Field + " " + e.Reason }

// Is makes errors.Is(err, ErrInvalid) true.
func (e *PlacementError) Is(target error) bool { return target == ErrInvalid }

// BackendError says that a backend failed on a batch which was valid.
type BackendError struct {
	Backend string // its name
	Err     error
}

func (e *BackendError) Error() string { return fmt.Sprintf("backend %s: %v", e.Backend, e.Err) }

// Unwrap returns the backend's own error.
func (e *BackendError) Unwrap() error { return e.Err }
