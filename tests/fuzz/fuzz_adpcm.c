/* ADPCM: the input as WAV blocks whose size and channels its first bytes say, which every tier must take or
 * refuse alike, and whose samples are coded again; as a bare stream in either order; and as codes of the
 * adaptive quantiser. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pycomp/adpcm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *block(size_t n)
{
    void *p = malloc(n == 0 ? 1 : n);
    if (p == NULL) abort();
    return p;
}

static void fill_tables(pc_kernels tables[3])
{
    uint32_t have = pc_isa_detect();
    pc_kernels_fill(&tables[0], PC_ISA_SCALAR);
    pc_kernels_fill(&tables[1], have & (PC_ISA_AVX2 | PC_ISA_NEON));
    pc_kernels_fill(&tables[2], have);
}

static void wav(const pc_kernels tables[3], const uint8_t *data, size_t size)
{
    unsigned channels = data[0] % 9u + 1;
    size_t block_size = 4 * (size_t)channels * (data[1] % 40u + 1), where[3];
    size_t whole = pc_ima_block_frames(block_size, channels), rest = data[2] % whole;
    size_t frames = size / block_size * whole + rest, bytes = frames * channels * 2;
    uint8_t *codes = block(size), *first = block(bytes), *samples = block(bytes);
    size_t coded = (frames + whole - 1) / whole * block_size;
    uint8_t *again = block(coded), *kept = block(coded);
    memcpy(codes, data, size);
    pc_status said = PC_OK;
    for (unsigned t = 0; t < 3; t++) {
        pc_ima_wav job = {codes, t == 0 ? first : samples, frames, block_size, channels};
        pc_status status = pc_ima_wav_decode(&tables[t], &job, size, 1, where);
        if (t == 0) said = status;
        if (status != said) abort();
        if (status != PC_OK) continue;
        if (memcmp(job.samples, first, bytes) != 0) abort();
        job.codes = t == 0 ? kept : again;
        if (pc_ima_wav_encode(&tables[t], &job, 1) != PC_OK) abort();
        if (memcmp(job.codes, kept, coded) != 0) abort();
    }
    free(kept);
    free(again);
    free(samples);
    free(first);
    free(codes);
}

static void stream(const pc_kernels tables[3], const uint8_t *data, size_t size, int high_first)
{
    size_t n = 2 * size;
    uint8_t *codes = block(size);
    int16_t *samples = block(2 * n), *first = block(2 * n);
    memcpy(codes, data, size);
    for (unsigned t = 0; t < 3; t++) {
        int16_t predictor = 0;
        uint8_t index = 0;
        pc_ima_streams job = {codes,     (uint8_t *)(t == 0 ? first : samples), &predictor, &index, 1, n,
                              high_first};
        if (pc_ima_streams_decode(&tables[t], &job, 1) != PC_OK || index > PC_IMA_LAST_STEP) abort();
        if (memcmp(job.samples, first, 2 * n) != 0) abort();
    }
    if (pc_adq_decode(data, samples, 1, size, 2 + size % 4, 1) != PC_OK) abort();
    if (pc_adq_encode(first, codes, 1, size, 2 + size % 4, 1) != PC_OK) abort();
    free(first);
    free(samples);
    free(codes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pc_kernels tables[3];
    if (size < 3 || size > 1u << 16) return 0;
    fill_tables(tables);
    wav(tables, data, size);
    stream(tables, data, size, data[0] & 1);
    return 0;
}
