/* The integer 5/3 wavelet's steps, compiled for this tier. */
#include "base/compiler.h"

#if PC_X86

#include "arch/variants.h"
#include "transform/lift_common.h"

PC_LIFT_KERNELS(PC_TARGET_AVX512, avx512)

#endif
