//go:build cgo && linux && !noopencl && !purego

// OpenCL drivers take signals that are Go's. PoCL, which has LLVM in it, takes more than 15 within
// clGetDeviceIDs: SIGSEGV, SIGTERM, SIGINT, SIGUSR1 ... A nil dereference that would be recovered then kills
// the process, or has LLVM delete the temporary files of a build under way; SIGUSR1 is lost.
//
// Two things are done about it, around each call that may start a driver or its compiler. What the driver
// asks of sigaction is not done: see seal.c. And what was changed all the same is put back. The second
// alone would leave the driver the signals for 20 ms in clGetDeviceIDs, and for a second in a build. What
// Go itself does meanwhile stays for signal.Notify, but is undone for signal.Ignore and signal.Reset, whose
// SIG_IGN and SIG_DFL could be the driver's as well.
//
// PoCL's handler of SIGFPE is one of those that go: kernels must not divide by zero.
#define _GNU_SOURCE
#include "signals.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

// The handlers from before the first of the guarded calls in progress: those that a second call would
// find could be the driver's, put there by the first.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int depth;
static struct sigaction before[NSIG];

// ours says whether that address lies in the same file as this function, as Go's own handlers do.
static int ours(void *address) {
  Dl_info it, here;
  return dladdr(address, &it) && dladdr((void *)&lock, &here) && it.dli_fbase == here.dli_fbase;
}

static void *handler(const struct sigaction *a) {
  return a->sa_flags & SA_SIGINFO ? (void *)a->sa_sigaction : (void *)a->sa_handler;
}

static int same(const struct sigaction *a, const struct sigaction *b) {
  return handler(a) == handler(b) && a->sa_flags == b->sa_flags && !memcmp(&a->sa_mask, &b->sa_mask, NSIG / 8);
}

void km_guard_begin(struct km_guard *g) {
  // The threads that the driver starts inherit the mask. Go drops a SIGURG that comes to a thread which is
  // not Go's: it takes it for its own, to preempt a goroutine. All others it passes on.
  sigset_t block;
  sigemptyset(&block);
  sigaddset(&block, SIGURG);
  pthread_sigmask(SIG_BLOCK, &block, &g->mask);
  sigaltstack(NULL, &g->stack);
  pthread_mutex_lock(&lock);
  if (depth++ == 0)
    for (int s = 1; s < NSIG; s++)
      sigaction(s, NULL, &before[s]); // fails for two that the C library keeps, here and below
  km_seal_new();
  pthread_mutex_unlock(&lock);
  km_sealed++;
}

void km_guard_end(struct km_guard *g) {
  km_sealed--;
  pthread_mutex_lock(&lock);
  depth--;
  for (int s = 1; s < NSIG; s++) {
    struct sigaction now;
    if (sigaction(s, NULL, &now) != 0 || same(&now, &before[s]))
      continue;
    if (ours(handler(&now))) // somebody called signal.Notify meanwhile: it is right, and later calls keep it
      before[s] = now;
    else
      sigaction(s, &before[s], NULL);
  }
  pthread_mutex_unlock(&lock);
  sigaltstack(&g->stack, NULL);
  pthread_sigmask(SIG_SETMASK, &g->mask, NULL);
}
