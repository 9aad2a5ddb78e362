/* The wavelet walks for double. */
#define REAL double
#define F(name) name##_f64
#define K(kernels, name) (kernels)->name##_f64

#include "transform/dwt_lines_common.h"
