/* Scalar twins of the floating-point DCT kernels: vectors of one element. */
#include <stddef.h>
#include <stdint.h>

#include "arch/variants.h"
#include "pycomp/dct.h"

#define TARGET
#define REGISTERS 0
#define W 1
#define NARROW 0
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define MUL(a, b) ((a) * (b))
#define SET1(x) (x)
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define LOAD_ROWS(p, j, s, at) ((p)[j][at])
#define STORE_ROWS(p, j, s, at, v) ((p)[j][at] = (v))
#define TRANSPOSE(v, s) ((void)(v))
#define LOAD_GROUPS(p, step, s) (*(p))
#define STORE_GROUPS(p, step, s, v) (*(p) = (v))
#define REPEAT_ROW(p, s) (*(p))
#define BELOW(name) name##_f32_scalar /* never: one lane leaves nothing over */

#define T float
#define V float
#define FN(name) name##_f32_scalar
#include "arch/dct_network.h"
#include "arch/dct_lines.h"
#include "arch/dct_blocks.h"
#undef T
#undef V
#undef FN

#undef BELOW
#define BELOW(name) name##_f64_scalar
#define T double
#define V double
#define FN(name) name##_f64_scalar
#include "arch/dct_network.h"
#include "arch/dct_lines.h"
#include "arch/dct_blocks.h"
