// The hot loops for x86-64-v3.
#if defined(__x86_64__)
#define VARVE_LEVEL kV3
#include "kernel/codec/level.inc"
#endif
