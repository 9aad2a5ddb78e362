/* The wavelet walks for float. */
#define REAL float
#define F(name) name##_f32
#define K(kernels, name) (kernels)->name##_f32

#include "transform/dwt_lines_common.h"
