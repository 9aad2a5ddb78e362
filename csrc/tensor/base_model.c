/* What base frames know of each type, and of a chunk's base. */
#include "tensor/base_model.h"

#include "base/alloc.h"
#include "pycomp/xxh3.h"

pc_base_layout pc_base_layout_of(const pc_tensor_model *m)
{
    const pc_dtype_traits *t = m->traits;
    pc_base_layout layout = {0, 0, 0};
    uint64_t magnitude = ((uint64_t)1 << (8 * t->size - 1)) - 1;
    if (t->is_float) {
        layout.key_shift = (uint8_t)(t->layout.low_bits + t->layout.mid_bits - 1);
        layout.key_mask = (1u << t->layout.key_bits) - 1;
        layout.flip = magnitude;
    } else if (m->info.dtype >= PC_DTYPE_F8_E4M3 && m->info.dtype <= PC_DTYPE_F8_E5M2FNUZ) {
        layout.key_mask = 127;
        layout.flip = magnitude;
    } else if (t->size == 1) {
        layout.key_mask = 255;
    }
    return layout;
}

int pc_base_map(pc_tensor_model *m)
{
    const pc_base_layout layout = pc_base_layout_of(m);
    m->base.class_of = pc_alloc((size_t)layout.key_mask + 1);
    if (m->base.class_of == NULL) return 0;
    unsigned class = 0;
    for (unsigned key = 0; key <= layout.key_mask; key++) {
        while (class + 1 < m->n_tables && m->base.first_key[class + 1] <= key) class++;
        m->base.class_of[key] = (uint8_t)class;
    }
    return 1;
}

uint32_t pc_base_hash(const pc_kernels *kernels, const uint8_t *base, size_t size)
{
    return (uint32_t)pc_xxh3_64(kernels, base, size);
}
