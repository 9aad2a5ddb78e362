/* Decoding a chunk from its base; the inverse of base_encode.c, and suspicious of every field. */
#include <string.h>

#include "tensor/base_common.h"
#include "tensor/base_model.h"
#include "tensor/decoder.h"

/* Bits, lowest first; PC_SLACK readable bytes follow. Reading past the end is noticed in the end. */
typedef struct bit_source {
    const uint8_t *src;
    uint64_t at, end; /* in bits */
} bit_source;

PC_INLINE uint64_t look(const bit_source *in) { return pc_load64(in->src + in->at / 8) >> in->at % 8; }

PC_INLINE uint32_t take_gap(bit_source *in, uint32_t *memory)
{
    const pc_base_golomb code = pc_base_code(*memory);
    unsigned ones = 0;
    uint64_t word = look(in);
    while (ones < PC_BASE_GAP_ONES && word >> ones & 1) ones++;
    uint32_t gap;
    if (ones < PC_BASE_GAP_ONES) {
        word >>= ones + 1;
        unsigned bits = code.bits != 0 ? code.bits - 1 : 0;
        uint32_t rest = (uint32_t)word & ((1u << bits) - 1);
        if (rest >= code.shorts) rest = 2 * rest + (uint32_t)(word >> bits++ & 1) - code.shorts;
        gap = ones * code.divisor + rest;
        in->at += ones + 1 + bits;
    } else {
        gap = (uint32_t)(word >> PC_BASE_GAP_ONES) & ((1u << PC_BASE_GAP_RAW) - 1);
        in->at += PC_BASE_GAP_ONES + PC_BASE_GAP_RAW;
    }
    *memory = pc_base_remember(*memory, gap);
    return gap;
}

PC_INLINE uint64_t take_zigzag(bit_source *in, unsigned token)
{
    if (token < PC_BASE_DIRECT) return token;
    unsigned width = pc_base_extra(token);
    uint64_t zigzag = pc_base_floor(token);
    if (width > PC_BASE_MOST_BITS) {
        zigzag += look(in) & 0xffffffffu;
        in->at += 32;
        zigzag += (look(in) & (((uint64_t)1 << (width - 32)) - 1)) << 32;
        in->at += width - 32;
        return zigzag;
    }
    zigzag += look(in) & (((uint64_t)1 << width) - 1);
    in->at += width;
    return zigzag;
}

/* A class's tokens still to come, and the elements before the next one. */
typedef struct class_run {
    const uint8_t *next, *end;
    uint32_t left, memory;
    int dense;
} class_run;

enum { NONE_LEFT = UINT32_MAX }; /* more elements than any chunk has */

PC_INLINE void next_gap(class_run *run, bit_source *in)
{
    run->left = 0;
    if (run->dense || in->at > in->end) return; /* the next element is refused */
    run->left = run->next == run->end ? (uint32_t)NONE_LEFT : take_gap(in, &run->memory);
}

/* One pass; specialised by element size. */
PC_INLINE pc_status take_all(const pc_tensor_model *m, class_run *runs, bit_source *in, const uint8_t *base,
                             uint8_t *dst, size_t n, unsigned size)
{
    const pc_base_layout layout = pc_base_layout_of(m);
    const uint8_t *class_of = m->base.class_of;
    bit_source bits = *in; /* a copy of its own stays in registers */
    for (size_t i = 0; i < n; i++) {
        uint64_t b = pc_load_element(base + i * size, size);
        class_run *run = &runs[class_of[pc_base_key(b, &layout)]];
        if (run->left != 0) {
            run->left--;
            pc_store_element(dst + i * size, size, b);
            continue;
        }
        if (PC_UNLIKELY(run->next == run->end || bits.at > bits.end)) return PC_ERR_CORRUPT;
        uint64_t zigzag = take_zigzag(&bits, *run->next++);
        uint64_t x = pc_undo_difference(zigzag, pc_base_order(b, size, layout.flip), size);
        pc_store_element(dst + i * size, size, pc_base_order(x, size, layout.flip));
        if (!run->dense) next_gap(run, &bits);
    }
    *in = bits;
    return PC_OK;
}

/* A number in sevens of bits, of at most 35; false if it is cut short or longer. */
static int take_number(const uint8_t **next, const uint8_t *end, size_t *value)
{
    uint64_t sum = 0;
    for (unsigned shift = 0; shift < 35 && *next != end; shift += 7) {
        unsigned byte = *(*next)++;
        sum |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *value = (size_t)PC_MIN(sum, (uint64_t)UINT32_MAX);
            return 1;
        }
    }
    return 0;
}

/* Decodes the tokens of all classes into the list; a sparse class's first gap is taken as well. */
static pc_status take_tokens(const pc_tensor_decoder *d, const uint8_t *src, const uint8_t *end, size_t n,
                             class_run *runs, bit_source *in, uint8_t *list)
{
    const pc_tensor_model *m = &d->model;
    pc_rans_decode_run coded[PC_MAX_TABLES];
    size_t count, total = 0;
    for (unsigned t = 0; t < m->n_tables; t++) {
        if (!take_number(&src, end, &count)) return PC_ERR_TRUNCATED;
        if (count > n - total) return PC_ERR_CORRUPT;
        const void *table = d->rans_tables + t * pc_rans_decoder_table_size();
        coded[t] = (pc_rans_decode_run){list + total, count, table};
        runs[t] = (class_run){.next = list + total, .end = list + total + count};
        runs[t].dense = m->base.kind[t] == PC_BASE_DENSE;
        runs[t].memory = runs[t].dense ? 0 : pc_base_memory(m->base.kind[t]);
        total += count;
    }
    if (end - src < 4) return PC_ERR_TRUNCATED;
    count = pc_load32(src);
    src += 4;
    if ((size_t)(end - src) < count) return PC_ERR_TRUNCATED;
    *in = (bit_source){src, 0, 8 * (uint64_t)count};
    src += count;
    return pc_rans_decode(&d->kernels, src, (size_t)(end - src), coded, m->n_tables);
}

pc_status pc_base_decode(const pc_tensor_decoder *d, const uint8_t *src, size_t src_len, const uint8_t *base,
                         uint8_t *dst, size_t n, pc_chunk_space *space)
{
    const pc_tensor_model *m = &d->model;
    const uint8_t *end = src + src_len;
    unsigned size = m->traits->size;
    size_t n_outliers, outlier = 4 + (size_t)size;
    if (src_len < PC_BASE_HASH) return PC_ERR_TRUNCATED;
    if (pc_load32(src) != pc_base_hash(&d->kernels, base, n * size)) return PC_ERR_BASE;
    src += PC_BASE_HASH;
    if (!take_number(&src, end, &n_outliers) || (size_t)(end - src) / outlier < n_outliers)
        return PC_ERR_TRUNCATED;
    const uint8_t *outliers = src;
    src += n_outliers * outlier;

    class_run runs[PC_MAX_TABLES];
    bit_source in;
    pc_status status = take_tokens(d, src, end, n, runs, &in, space->list);
    if (status != PC_OK) return status;
    for (unsigned t = 0; t < m->n_tables; t++) next_gap(&runs[t], &in);
    switch (size) {
    case 1: status = take_all(m, runs, &in, base, dst, n, 1); break;
    case 2: status = take_all(m, runs, &in, base, dst, n, 2); break;
    case 4: status = take_all(m, runs, &in, base, dst, n, 4); break;
    default: status = take_all(m, runs, &in, base, dst, n, 8); break;
    }
    if (status != PC_OK) return status;
    for (unsigned t = 0; t < m->n_tables; t++)
        if (runs[t].next != runs[t].end) return PC_ERR_CORRUPT;
    if (in.at > in.end || in.end - in.at >= 8 || (look(&in) & ((1u << (in.end - in.at)) - 1)) != 0)
        return PC_ERR_CORRUPT;
    for (size_t i = 0; i < n_outliers; i++, outliers += outlier) {
        size_t place = pc_load32(outliers);
        if (place >= n) return PC_ERR_CORRUPT;
        memcpy(dst + place * size, outliers + 4, size);
    }
    return PC_OK;
}
