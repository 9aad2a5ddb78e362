/* rANS: the input as a table and a stream of two runs (their sizes in the first bytes), which every tier
 * must take or refuse alike; the same as a frame; and the input as data, there and back, with every
 * tier writing the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "entropy/rans_common.h"
#include "pycomp/frame.h"
#include "pycomp/rans.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *block(size_t n)
{
    uint8_t *p = malloc(n == 0 ? 1 : n);
    if (p == NULL) abort();
    memset(p, 0, n);
    return p;
}

/* Every subset of the tiers that holds together: the scalar table, and the best one. */
static void fill_tables(pc_kernels tables[3])
{
    uint32_t have = pc_isa_detect();
    pc_kernels_fill(&tables[0], PC_ISA_SCALAR);
    pc_kernels_fill(&tables[1], have & (PC_ISA_AVX2 | PC_ISA_NEON));
    pc_kernels_fill(&tables[2], have);
}

static void decode_stream(const pc_kernels tables[3], const uint8_t *data, size_t size)
{
    uint16_t freqs[256];
    pc_rans_decoder_table table;
    size_t head = 0, n[2] = {data[0] + 256u * data[1] + (data[2] & 1 ? 65536u : 0u), data[2]};
    if (pc_rans_read_freqs(data + 3, size - 3, freqs, &head) != PC_OK) return;
    pc_rans_decoder_build(&table, freqs);
    pc_status first = PC_OK;
    uint8_t *kept = block(n[0] + n[1]);
    for (unsigned t = 0; t < 3; t++) {
        uint8_t *dst[2] = {block(n[0]), block(n[1])};
        pc_rans_decode_run runs[2] = {{dst[0], n[0], &table}, {dst[1], n[1], &table}};
        pc_status status = pc_rans_decode(&tables[t], data + 3 + head, size - 3 - head, runs, 2);
        if (t == 0) {
            first = status;
            memcpy(kept, dst[0], n[0]);
            memcpy(kept + n[0], dst[1], n[1]);
        }
        if (status != first) abort();
        if (status == PC_OK && (memcmp(kept, dst[0], n[0]) != 0 || memcmp(kept + n[0], dst[1], n[1]) != 0))
            abort();
        free(dst[1]);
        free(dst[0]);
    }
    free(kept);
}

static void decode_frame(const pc_kernels *kernels, const uint8_t *data, size_t size)
{
    size_t n = 0;
    if (pc_frame_length(PC_FRAME_RANS, data, size, &n) != PC_OK || n > 1u << 22) return;
    uint8_t *dst = block(n);
    (void)pc_frame_decode(kernels, PC_FRAME_RANS, data, size, dst, n);
    free(dst);
}

/* The data repeated, so that the wide kernels are reached. */
static void round_trip(const pc_kernels tables[3], const uint8_t *data, size_t size)
{
    size_t n = size * (1 + (data[0] % 16 == 0 ? 70000 / size : 0)), cap = pc_frame_bound(n), len = 0,
           first_len = 0;
    uint8_t *src = block(n), *first = block(cap), *dst = block(cap), *back = block(n);
    for (size_t i = 0; i < n; i++) src[i] = data[i % size];
    for (unsigned t = 0; t < 3; t++) {
        uint8_t *to = t == 0 ? first : dst;
        if (pc_frame_encode(&tables[t], PC_FRAME_RANS, 0, src, n, to, cap, &len) != PC_OK || len > cap)
            abort();
        if (t == 0) first_len = len;
        if (len != first_len || memcmp(first, to, len) != 0) abort();
        if (pc_frame_decode(&tables[t], PC_FRAME_RANS, to, len, back, n) != PC_OK) abort();
        if (memcmp(src, back, n) != 0) abort();
    }
    free(back);
    free(dst);
    free(first);
    free(src);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pc_kernels tables[3];
    fill_tables(tables);
    if (size < 4) return 0;
    decode_stream(tables, data, size);
    decode_frame(&tables[2], data, size);
    if (size <= 4096) round_trip(tables, data, size);
    return 0;
}
