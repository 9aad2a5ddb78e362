/* Predictors of pictures: the loops of predict/plane_common.h, compiled for this tier. */
#include "base/compiler.h"

#if PC_X86

#include "arch/variants.h"
#include "predict/plane_common.h"

PC_TARGET_AVX2 void pc_plane_stream_avx2(const uint8_t *cur, const uint8_t *above, uint8_t *dst, size_t n,
                                         size_t back, unsigned width, pc_plane_method method)
{
    PC_PLANE_STREAMS(cur, above, dst, n, back, width, method);
}

#endif
