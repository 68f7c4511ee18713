// A libnvidia-ml.so.1 for the tests: one GPU, and NVML's own declarations.
//   -DOLD   has the functions of an old driver only, and those in their first version
//   -DINIT  is what nvmlInit returns
#define NVML_NO_UNVERSIONED_FUNC_DEFS
#include "nvml.h"

#include <stdio.h>

#ifndef INIT
#define INIT NVML_SUCCESS
#endif

static int running;

#define GIVE(pointer, value) return running ? (*(pointer) = (value), NVML_SUCCESS) : NVML_ERROR_UNINITIALIZED
#define GIVE_TEXT(text, n, value) return running ? (snprintf(text, n, "%s", value), NVML_SUCCESS) : NVML_ERROR_UNINITIALIZED

static nvmlReturn_t start(void) { return running = INIT == NVML_SUCCESS, INIT; }
nvmlReturn_t nvmlInit(void) { return start(); }
nvmlReturn_t nvmlShutdown(void) { return running = 0, NVML_SUCCESS; }
const char *nvmlErrorString(nvmlReturn_t result) { return (void)result, "not to be called"; }
nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned n) { GIVE_TEXT(version, n, "319.17"); }
nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t d, char *name, unsigned n) { (void)d; GIVE_TEXT(name, n, "Fake"); }
nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t d, char *uuid, unsigned n) { (void)d; GIVE_TEXT(uuid, n, "GPU-1"); }
nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t d, nvmlMemory_t *m) { (void)d; GIVE(m, ((nvmlMemory_t){.total = 100, .used = 40})); }
nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t d, unsigned *milliwatts) { (void)d; GIVE(milliwatts, 1500); }

#ifdef OLD
nvmlReturn_t nvmlDeviceGetCount(unsigned *n) { GIVE(n, 1); }
nvmlReturn_t nvmlDeviceGetHandleByIndex(unsigned i, nvmlDevice_t *d) { (void)i; GIVE(d, ((nvmlDevice_t){(void *)&running})); }
nvmlReturn_t nvmlDeviceGetPciInfo(nvmlDevice_t d, nvmlPciInfo_t *pci) { (void)d; GIVE_TEXT(pci->busIdLegacy, 16, "0000:0A:00.0"); }
#else
nvmlReturn_t nvmlInit_v2(void) { return start(); }
nvmlReturn_t nvmlDeviceGetCount_v2(unsigned *n) { GIVE(n, 1); }
nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned i, nvmlDevice_t *d) { (void)i; GIVE(d, ((nvmlDevice_t){(void *)&running})); }
nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t d, nvmlPciInfo_t *pci) { (void)d; GIVE_TEXT(pci->busId, 32, "00000000:0A:00.0"); }
nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t d, nvmlMemory_v2_t *m)
{
	(void)d;
	GIVE(m, ((nvmlMemory_v2_t){.version = m->version, .total = 100, .reserved = 10, .used = 30}));
}
nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t d, nvmlTemperatureSensors_t s, unsigned *celsius) { (void)d, (void)s; GIVE(celsius, 31); }
nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t d, unsigned long long *bits) { (void)d; GIVE(bits, 4); }
#endif
