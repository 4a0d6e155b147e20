// The hot loops for x86-64-v4.
#if defined(__x86_64__)
#define VARVE_LEVEL kV4
#include "kernel/codec/level.inc"
#endif
