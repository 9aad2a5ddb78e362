/* Arrays of the numeric codec: dtype, level, row length and a way to spread the bytes that follow over an
 * array. Every tier codes it to the same frame, within the stated bound, and restores it from any tier's. */
#include "base/mem.h"
#include "pycomp/tensor.h"
#include "tiers.h"

enum { FIXED = 8, MOST_BYTES = 1 << 17 };

/* The array: the bytes again and again, each time changed a little as `spread` says. */
static uint8_t *make(const uint8_t *bytes, size_t n_bytes, unsigned spread, size_t size)
{
    uint8_t *data = fuzz_block(size);
    uint32_t state = 1;
    for (size_t i = 0; i < size; i++) {
        size_t again = n_bytes != 0 ? i / n_bytes : i;
        uint8_t byte = n_bytes != 0 ? bytes[i % n_bytes] : 0;
        state = state * 1664525u + 1013904223u;
        if (spread & 1 && i % 4 < 2) byte = (uint8_t)(byte ^ (state >> 24));     /* noise in the low bytes */
        if (spread & 2) byte = (uint8_t)(byte + again);                          /* a slope */
        if (spread & 4 && (state >> 16) % 64 == 0) byte = (uint8_t)(state >> 8); /* outliers */
        if (spread & 8 && again % 3 == 1) byte = 0;                              /* zeros */
        data[i] = byte;
    }
    return data;
}

static void round_trip(const pc_kernels *tiers, int n_tiers, const uint8_t *data, size_t size, pc_dtype dtype,
                       size_t cols, pc_level level)
{
    uint8_t *first = NULL, *head = NULL, *back = fuzz_block(size), *table = NULL;
    size_t first_size = 0, head_size = 0;
    for (int t = 0; t < n_tiers; t++) {
        pc_tensor_encoder *e = NULL;
        pc_tensor_decoder *d = NULL;
        MUST(pc_tensor_encoder_create(&tiers[t], NULL, data, size, dtype, cols, level, &e) == PC_OK);
        const pc_tensor_info *info = pc_tensor_encoder_info(e);
        uint8_t *room = fuzz_block(pc_tensor_encode_room(e, info->chunks, 1));
        uint32_t *sizes = (uint32_t *)(void *)fuzz_block(4 * info->chunks);
        uint64_t *hashes = (uint64_t *)(void *)fuzz_block(8 * info->chunks);
        size_t used = 0, failed = 0, cap = pc_tensor_encode_reach(info, 0, info->chunks);
        uint8_t *dst = fuzz_block(cap);
        MUST(pc_tensor_encode_chunks(e, 0, info->chunks, 1, room, dst, cap, &used, sizes, hashes) == PC_OK);
        MUST(used <= size + 9 * info->chunks);
        if (t == 0) {
            first = fuzz_block(first_size = used);
            head = fuzz_block(head_size = info->head_size);
            table = fuzz_block(4 * info->chunks);
            memcpy(first, dst, used);
            memcpy(head, pc_tensor_encoder_head(e), head_size);
            for (size_t c = 0; c < info->chunks; c++) pc_store32(table + 4 * c, sizes[c]);
        }
        MUST(used == first_size && memcmp(first, dst, used) == 0);
        MUST(info->head_size == head_size && memcmp(head, pc_tensor_encoder_head(e), head_size) == 0);
        MUST(pc_tensor_decoder_create(&tiers[t], head, head_size, &d) == PC_OK);
        MUST(pc_tensor_decode_chunks(d, 0, info->chunks, 1, NULL, first, first_size, table, 0, back, size,
                                     &failed) == PC_OK);
        MUST(memcmp(data, back, size) == 0);
        pc_tensor_decoder_free(d);
        pc_tensor_encoder_free(e);
        free(room), free(dst), free(sizes), free(hashes);
    }
    free(first), free(head), free(back), free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pc_kernels tiers[3];
    int n_tiers = fuzz_tiers(tiers);
    if (size < FIXED) return 0;
    pc_dtype dtype = (pc_dtype)(data[0] % PC_DTYPE_COUNT);
    pc_level level = (pc_level)(PC_LEVEL_FAST + data[1] % (PC_LEVEL_MAX - PC_LEVEL_FAST + 1));
    size_t cols = pc_load16(data + 2), element = pc_dtype_size(dtype);
    size_t elements = (pc_load16(data + 4) | (size_t)(data[6] & 1) << 16) % (MOST_BYTES / element + 1);
    uint8_t *array = make(data + FIXED, size - FIXED, data[7], elements * element);
    round_trip(tiers, n_tiers, array, elements * element, dtype, cols, level);
    free(array);
    return 0;
}
