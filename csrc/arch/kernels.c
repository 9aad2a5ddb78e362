/* Fills the kernel table: scalar twins first, then each tier over them. */
#include "pycomp/kernels.h"

#include "arch/variants.h"
#include "base/compiler.h"

void pc_kernels_fill(pc_kernels *k, uint32_t isa)
{
    k->isa = isa;
    k->xxh3_accumulate = pc_xxh3_accumulate_scalar;
    k->hist_u8 = pc_hist_u8_scalar;
    k->rans_decode = pc_rans_decode_scalar;
    k->rans_encode = pc_rans_encode_scalar;
    k->pivot_partition = pc_pivot_partition_scalar;
    k->pivot_merge = pc_pivot_merge_scalar;
    k->pivot_ones = pc_pivot_ones_scalar;
    k->bits_pack = pc_bits_pack_scalar;
    k->bits_unpack = pc_bits_unpack_scalar;
    k->map_u8 = pc_map_u8_scalar;
    k->float_split = pc_float_split_scalar;
    k->float_merge = pc_float_merge_scalar;
    k->gather_columns = pc_gather_columns_scalar;
    k->scatter_columns = pc_scatter_columns_scalar;
    k->mix_spread = pc_mix_spread_scalar;
    k->sum_u8 = pc_sum_u8_scalar;
    k->accumulate_u8 = pc_accumulate_u8_scalar;
    k->widen_u8 = pc_widen_u8_scalar;
#if PC_X86
    if (isa & PC_ISA_AVX2) {
        k->xxh3_accumulate = pc_xxh3_accumulate_avx2;
        k->rans_decode = pc_rans_decode_avx2;
        k->rans_encode = pc_rans_encode_avx2;
        k->pivot_partition = pc_pivot_partition_avx2;
        k->pivot_merge = pc_pivot_merge_avx2;
        k->pivot_ones = pc_pivot_ones_avx2;
        k->bits_pack = pc_bits_pack_avx2;
        k->bits_unpack = pc_bits_unpack_avx2;
        k->map_u8 = pc_map_u8_avx2;
        k->float_split = pc_float_split_avx2;
        k->float_merge = pc_float_merge_avx2;
        k->gather_columns = pc_gather_columns_avx2;
        k->scatter_columns = pc_scatter_columns_avx2;
        k->mix_spread = pc_mix_spread_avx2;
        k->sum_u8 = pc_sum_u8_avx2;
        k->accumulate_u8 = pc_accumulate_u8_avx2;
        k->widen_u8 = pc_widen_u8_avx2;
    }
    if (isa & PC_ISA_AVX512) {
        k->xxh3_accumulate = pc_xxh3_accumulate_avx512;
        k->rans_decode = pc_rans_decode_avx512;
        k->rans_encode = pc_rans_encode_avx512;
        k->pivot_partition = pc_pivot_partition_avx512;
        k->pivot_merge = pc_pivot_merge_avx512;
        k->pivot_ones = pc_pivot_ones_avx512;
        k->bits_pack = pc_bits_pack_avx512;
        k->bits_unpack = pc_bits_unpack_avx512;
        k->map_u8 = pc_map_u8_avx512;
        k->float_split = pc_float_split_avx512;
        k->float_merge = pc_float_merge_avx512;
    }
#elif PC_ARM64
    if (isa & PC_ISA_NEON) {
        k->xxh3_accumulate = pc_xxh3_accumulate_neon;
        k->rans_decode = pc_rans_decode_neon;
        k->pivot_partition = pc_pivot_partition_neon;
        k->pivot_merge = pc_pivot_merge_neon;
        k->pivot_ones = pc_pivot_ones_neon;
        k->bits_pack = pc_bits_pack_neon;
        k->bits_unpack = pc_bits_unpack_neon;
        k->map_u8 = pc_map_u8_neon;
        k->float_split = pc_float_split_neon;
        k->float_merge = pc_float_merge_neon;
        k->gather_columns = pc_gather_columns_neon;
        k->scatter_columns = pc_scatter_columns_neon;
        k->sum_u8 = pc_sum_u8_neon;
        k->accumulate_u8 = pc_accumulate_u8_neon;
        k->widen_u8 = pc_widen_u8_neon;
    }
#endif
}
