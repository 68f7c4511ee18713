//go:build cgo && linux && !noopencl && !purego

#ifndef KEYMILL_SIGNALS_H
#define KEYMILL_SIGNALS_H

#include <signal.h>

// KM_GUARD, as a declaration in a block, keeps the calls of the block from taking signals from Go: the
// handlers, and this thread's signal mask and signal stack, are after the block what they were.
#define KM_GUARD                                                \
  struct km_guard guard __attribute__((cleanup(km_guard_end))); \
  km_guard_begin(&guard)

struct km_guard {
  sigset_t mask;
  stack_t stack;
};

void km_guard_begin(struct km_guard *g);
void km_guard_end(struct km_guard *g);

// km_seal_new lets the functions of signals, in the libraries that were loaded since it was last called,
// do nothing where the thread's km_sealed is not 0. The first call seals nothing: what it finds is not a
// driver's. It is not safe for concurrent use.
void km_seal_new(void);
extern __thread int km_sealed;

#endif
