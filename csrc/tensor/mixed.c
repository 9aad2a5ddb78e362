/* See mixed.h. */
#include "tensor/mixed.h"

pc_mix_model pc_mixed_model(const pc_tensor_model *m)
{
    pc_mix_model mix = {.cols = m->info.cols, .freqs = m->tables.freqs[0], .octave = PC_MIX_LINEAR};
    if (m->method == PC_METHOD_FLOAT) {
        mix.has_signs = 1;
        mix.octave = m->info.dtype == PC_DTYPE_F16 ? 3 : 2; /* mantissa bits of a key */
        mix.first = (uint16_t)(m->window.first - 1);        /* symbol 1 is the window's first key */
    } else if (m->method == PC_METHOD_BYTE && pc_mixed_byte_sign(m) != PC_BYTE_UNSIGNED) {
        mix.has_signs = 1;
        if (m->info.dtype == PC_DTYPE_F8_E4M3 || m->info.dtype == PC_DTYPE_F8_E4M3FNUZ) mix.octave = 3;
        if (m->info.dtype == PC_DTYPE_F8_E5M2 || m->info.dtype == PC_DTYPE_F8_E5M2FNUZ) mix.octave = 2;
    }
    if (m->flags & PC_FRAME_MEANS) mix.col_means = m->col_group;
    /* Centres and deviations serve the training too, before there are weights. */
    if (m->flags & PC_FRAME_WEIGHTS) mix.weights = m->weights;
    mix.centres = m->centres;
    mix.deviations = m->deviations;
    return mix;
}
