// The hot loops for any CPU that the compiler knows.
#define VARVE_LEVEL kPortable
#include "kernel/codec/level.inc"
