/* Frames of the numeric codec: head | payloads | table, as they stand in a file. The head's length and
 * checksum are put right first, since no fuzzer would guess them; a payload's checksum is compared when all
 * is decoded, so it is in nobody's way; that of a chunk's base, which is always the same, is put right too.
 * Every tier gives the same verdict and, where decoding ran to the end, the same bytes. */
#include "base/mem.h"
#include "pycomp/tensor.h"
#include "pycomp/xxh3.h"
#include "tensor/head.h"
#include "tiers.h"

enum { MOST_CHUNKS = 4, MOST_BYTES = 1 << 20 };

static void decode_chunk(const pc_kernels *tiers, pc_tensor_decoder *const d[3], int n_tiers, size_t chunk,
                         const uint8_t *payload, size_t size)
{
    const pc_tensor_info *info = pc_tensor_decoder_info(d[0]);
    size_t decoded = pc_tensor_chunk_size(info, chunk);
    if (decoded > MOST_BYTES) return;
    uint8_t *src = fuzz_block(size), *workspace = fuzz_block(info->workspace_size);
    uint8_t *first = fuzz_block(decoded), *dst = fuzz_block(decoded);
    uint8_t *base = fuzz_block(decoded);
    pc_status status = PC_OK;
    if (size != 0) memcpy(src, payload, size);
    fuzz_base(base, decoded);
    if (pc_tensor_decoder_base(d[0]) != NULL && size >= 13 && src[8] == 2)
        pc_store32(src + 9, (uint32_t)pc_xxh3_64(&tiers[0], base, decoded));
    for (int t = 0; t < n_tiers; t++) {
        pc_status found = pc_tensor_decode_chunk(d[t], chunk, base, src, size, size, dst, decoded, workspace);
        if (t == 0) {
            status = found;
            if (decoded != 0) memcpy(first, dst, decoded);
        }
        MUST(found == status && found != PC_ERR_PARAM && found != PC_ERR_DST_SIZE);
        if (found == PC_OK || found == PC_ERR_CHECKSUM) MUST(memcmp(first, dst, decoded) == 0);
    }
    free(src), free(workspace), free(first), free(dst), free(base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pc_kernels tiers[3];
    int n_tiers = fuzz_tiers(tiers);
    pc_tensor_decoder *d[3] = {NULL};
    if (size < PC_HEAD_FIXED) return 0;
    uint8_t *head = fuzz_block(size);
    memcpy(head, data, size);
    size_t length = pc_load32(head + PC_HEAD_LENGTH);
    if (length < PC_HEAD_FIXED || length > size) length = PC_HEAD_FIXED + length % (size - PC_HEAD_FIXED + 1);
    pc_store32(head + PC_HEAD_LENGTH, (uint32_t)length);
    pc_store32(head + PC_HEAD_CHECKSUM, 0);
    pc_store32(head + PC_HEAD_CHECKSUM, (uint32_t)pc_xxh3_64(&tiers[0], head, length));
    pc_status status = PC_OK;
    for (int t = 0; t < n_tiers; t++) {
        pc_status found = pc_tensor_decoder_create(&tiers[t], head, size, &d[t]);
        if (t == 0) status = found;
        MUST(found == status && (found == PC_OK) == (d[t] != NULL));
    }
    if (status == PC_OK) {
        const pc_tensor_info *info = pc_tensor_decoder_info(d[0]);
        MUST(info->head_size == length);
        const uint8_t *payload = head + length, *end = head + size;
        size_t chunks = info->chunks < MOST_CHUNKS ? info->chunks : MOST_CHUNKS,
               left = (size_t)(end - payload);
        size_t table = 4 * info->chunks;
        for (size_t c = 0; c < chunks; c++) {
            /* Sizes from the table where it fits, else all there is. */
            size_t used =
                info->chunks <= MOST_CHUNKS && table <= left ? pc_load32(end - table + 4 * c) : left;
            if (used > (size_t)(end - payload)) used = (size_t)(end - payload);
            decode_chunk(tiers, d, n_tiers, c, payload, used);
            payload += used;
        }
    }
    for (int t = 0; t < n_tiers; t++) pc_tensor_decoder_free(d[t]);
    free(head);
    return 0;
}
