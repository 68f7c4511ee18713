//go:build cgo && linux && !noopencl && !purego

// A library reaches sigaction through a slot in its own memory, into which the dynamic linker wrote the
// address. Sealing the library writes there the address of a function that does nothing while a guarded
// call is in progress on the thread, and is sigaction at any other time.
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "signals.h"

__thread int km_sealed;

static int sealed_sigaction(int s, const struct sigaction *act, struct sigaction *old) {
  return sigaction(s, km_sealed ? NULL : act, old);
}

static sighandler_t sealed_signal(int s, sighandler_t handler) {
  if (!km_sealed)
    return signal(s, handler);
  struct sigaction now;
  return sigaction(s, NULL, &now) == 0 ? now.sa_handler : SIG_ERR;
}

static void *sealed(const char *name) {
  if (!strcmp(name, "sigaction") || !strcmp(name, "__sigaction"))
    return (void *)sealed_sigaction;
  if (!strcmp(name, "signal") || !strcmp(name, "bsd_signal"))
    return (void *)sealed_signal;
  return NULL;
}

#if defined __x86_64__
#define IS_SLOT(info) (ELF64_R_TYPE(info) == R_X86_64_JUMP_SLOT || ELF64_R_TYPE(info) == R_X86_64_GLOB_DAT)
#define SYMBOL(info) ELF64_R_SYM(info)
#elif defined __aarch64__
#define IS_SLOT(info) (ELF64_R_TYPE(info) == R_AARCH64_JUMP_SLOT || ELF64_R_TYPE(info) == R_AARCH64_GLOB_DAT)
#define SYMBOL(info) ELF64_R_SYM(info)
#else // handlers are only put back
#define IS_SLOT(info) 0
#define SYMBOL(info) 0
#endif

// overwrite writes a slot, which the linker may have made read-only.
static void overwrite(void **slot, void *value, int read_only) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  void *start = (void *)((uintptr_t)slot & ~(page - 1));
  if (read_only && mprotect(start, page, PROT_READ | PROT_WRITE) != 0)
    return;
  __atomic_store_n(slot, value, __ATOMIC_RELEASE);
  if (read_only)
    mprotect(start, page, PROT_READ);
}

static void seal(const struct dl_phdr_info *o) {
  const ElfW(Dyn) *dynamic = NULL;
  uintptr_t relro = 0, relro_end = 0;
  for (int i = 0; i < o->dlpi_phnum; i++) {
    const ElfW(Phdr) *p = &o->dlpi_phdr[i];
    if (p->p_type == PT_DYNAMIC)
      dynamic = (const void *)(o->dlpi_addr + p->p_vaddr);
    if (p->p_type == PT_GNU_RELRO) {
      relro = o->dlpi_addr + p->p_vaddr;
      relro_end = relro + p->p_memsz;
    }
  }
  if (!dynamic)
    return;
  uintptr_t symbols = 0, names = 0, tables[2] = {0}, sizes[2] = {0};
  for (; dynamic->d_tag != DT_NULL; dynamic++) {
    uintptr_t value = dynamic->d_un.d_val;
    uintptr_t address = value < o->dlpi_addr ? value + o->dlpi_addr : value; // not every linker adds it
    switch (dynamic->d_tag) {
      case DT_SYMTAB: symbols = address; break;
      case DT_STRTAB: names = address; break;
      case DT_JMPREL: tables[0] = address; break;
      case DT_PLTRELSZ: sizes[0] = value; break;
      case DT_RELA: tables[1] = address; break;
      case DT_RELASZ: sizes[1] = value; break;
    }
  }
  if (!symbols || !names)
    return;
  for (int t = 0; t < 2; t++) {
    const ElfW(Rela) *r = (const void *)tables[t];
    for (uintptr_t n = r ? sizes[t] / sizeof *r : 0; n > 0; n--, r++) {
      if (!IS_SLOT(r->r_info))
        continue;
      const ElfW(Sym) *symbol = (const ElfW(Sym) *)symbols + SYMBOL(r->r_info);
      void *ours = sealed((const char *)names + symbol->st_name);
      void **slot = (void **)(o->dlpi_addr + r->r_offset);
      if (ours)
        overwrite(slot, ours, (uintptr_t)slot >= relro && (uintptr_t)slot < relro_end);
    }
  }
}

// The libraries that were seen, by the address at which they lie. Those that are too many are not sealed.
static ElfW(Addr) known[1024];
static int known_len;
static unsigned long long last_adds; // how many libraries the process had ever loaded, at the last look

struct look {
  int first, started;
};

static int visit(struct dl_phdr_info *o, size_t size, void *data) {
  struct look *look = data;
  (void)size;
  if (!look->started) {
    if (o->dlpi_adds == last_adds)
      return 1; // nothing new
    last_adds = o->dlpi_adds;
    look->started = 1;
  }
  for (int i = 0; i < known_len; i++)
    if (known[i] == o->dlpi_addr)
      return 0;
  if (known_len == sizeof known / sizeof *known)
    return 0;
  known[known_len++] = o->dlpi_addr;
  if (!look->first)
    seal(o);
  return 0;
}

void km_seal_new(void) {
  struct look look = {.first = known_len == 0};
  dl_iterate_phdr(visit, &look);
}
