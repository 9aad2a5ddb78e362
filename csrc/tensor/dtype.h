/* What the codec knows of each element type. */
#ifndef PC_TENSOR_DTYPE_H
#define PC_TENSOR_DTYPE_H

#include "base/compiler.h"
#include "pycomp/kernels.h"
#include "pycomp/tensor.h"

enum { PC_MAX_TRIMS = 3 };

/* The float core cuts a sign-exponent-mantissa word into
 *
 *     key   (exponent, top mantissa bits): what has low entropy, coded as one symbol
 *     mid   (sign, next mantissa bits), at most 8 bits: kept as they are
 *     low   the remaining mantissa bits: kept, or left out where a row's are all zero
 *
 * How many mantissa bits join the exponent: in trained weights the first two carry almost all there is
 * to gain (0.07 bits a value); fp16 takes three because the rest is then exactly one byte. */
typedef struct pc_dtype_traits {
    const char *name;
    uint8_t size;               /* bytes of one element */
    uint8_t is_float;           /* the float core applies */
    pc_float_layout layout;     /* floats only */
    uint8_t n_trims;            /* ways a row's low bits may be all zero, besides not at all */
    uint8_t trim[PC_MAX_TRIMS]; /* zero bits at the end, ascending: marks of a narrower origin */
} pc_dtype_traits;

/* NULL for numbers that are no dtype. */
const pc_dtype_traits *pc_dtype_find(unsigned dtype);

#endif
