// The hot loops for x86-64-v2.
#if defined(__x86_64__)
#define VARVE_LEVEL kV2
#include "kernel/codec/level.inc"
#endif
