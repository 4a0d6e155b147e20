// The hot loops for x86-64-v4.
#if defined(__x86_64__)
#if !defined(__clang__)
// GCC warns of its own headers (its bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#define VARVE_LEVEL kV4
#include "kernel/codec/level.inc"
#endif
