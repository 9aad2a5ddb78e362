/* Coding one chunk as its differences to a base. One pass over both arrays: what equals its base is only
 * counted; the rest becomes a token, and raw bits behind it. Then tokens are sorted by class and coded as
 * one rANS stream. */
#include <string.h>

#include "pycomp/rans.h"
#include "tensor/base_common.h"
#include "tensor/base_model.h"
#include "tensor/encoder.h"

/* Bits, lowest first, to 8 bytes short of `end`; failing, it sets full and writes nothing more. */
typedef struct bit_sink {
    uint8_t *next, *end;
    uint64_t word;
    unsigned filled;
    int full;
} bit_sink;

/* value < 2^width, width <= PC_BASE_MOST_BITS. */
PC_INLINE void put(bit_sink *out, uint64_t value, unsigned width)
{
    if (out->end - out->next < 8) {
        out->full = 1;
        return;
    }
    out->word |= value << out->filled;
    out->filled += width;
    pc_store64(out->next, out->word);
    out->next += out->filled / 8;
    out->word >>= out->filled & ~7u; /* 56 at most */
    out->filled &= 7;
}

PC_INLINE void put_gap(bit_sink *out, uint32_t gap, uint32_t *memory)
{
    const pc_base_golomb code = pc_base_code(*memory);
    uint32_t ones = gap / code.divisor, rest = gap % code.divisor;
    if (ones < PC_BASE_GAP_ONES) {
        unsigned bits = code.bits;
        if (rest < code.shorts) {
            bits -= bits != 0;
        } else { /* the last bit stands behind the others */
            rest += code.shorts;
            rest = rest >> 1 | (rest & 1) << (bits - 1);
        }
        put(out, (((uint64_t)1 << ones) - 1) | (uint64_t)rest << (ones + 1), ones + 1 + bits);
    } else {
        put(out, (((uint64_t)1 << PC_BASE_GAP_ONES) - 1) | (uint64_t)gap << PC_BASE_GAP_ONES,
            PC_BASE_GAP_ONES + PC_BASE_GAP_RAW);
    }
    *memory = pc_base_remember(*memory, gap);
}

PC_INLINE void put_extra(bit_sink *out, uint64_t zigzag, unsigned token)
{
    unsigned width = pc_base_extra(token);
    uint64_t raw = zigzag & (((uint64_t)1 << width) - 1);
    if (PC_UNLIKELY(width > PC_BASE_MOST_BITS)) {
        put(out, raw & 0xffffffffu, 32);
        raw >>= 32, width -= 32;
    }
    put(out, raw, width);
}

/* The elements of one chunk that are coded, in order, and what is known of each class. */
typedef struct coding {
    const pc_tensor_encoder *e;
    uint8_t *tokens, *classes, *zigzags; /* the last of the element's size */
    uint32_t *places;
    uint32_t *gaps; /* from an element to the next of its class */
    size_t n;
    uint32_t count[PC_MAX_TABLES], first_gap[PC_MAX_TABLES];
    uint8_t *outliers, *outliers_end;
    size_t n_outliers;
} coding;

/* Finds what is coded: all that differs from its base, and all of dense classes. Free of branches, since
 * which elements differ is anyone's guess: what is not coded is written, too, and then over. */
PC_INLINE void find(coding *c, const uint8_t *src, const uint8_t *base, size_t n, unsigned size)
{
    const pc_tensor_model *m = &c->e->model;
    const pc_base_layout layout = pc_base_layout_of(m);
    const uint8_t *class_of = m->base.class_of;
    uint8_t *classes = c->classes, *zigzags = c->zigzags;
    uint32_t *places = c->places, *gaps = c->gaps;
    uint32_t dense[PC_MAX_TABLES], gap[PC_MAX_TABLES] = {0};
    size_t found = 0;
    for (unsigned t = 0; t < PC_MAX_TABLES; t++) dense[t] = m->base.kind[t] == PC_BASE_DENSE;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = pc_load_element(src + i * size, size), b = pc_load_element(base + i * size, size);
        uint64_t zigzag = pc_zigzag_difference(pc_base_order(x, size, layout.flip),
                                               pc_base_order(b, size, layout.flip), size);
        unsigned class = class_of[pc_base_key(b, &layout)];
        uint32_t coded = (x != b) | dense[class], before = gap[class];
        pc_store_element(zigzags + found * size, size, zigzag);
        classes[found] = (uint8_t)class;
        places[found] = (uint32_t)i;
        gaps[found] = before;
        gap[class] = (before + 1) & (coded - 1);
        found += coded;
    }
    c->n = found;
}

/* Replaces a token that the table lacks, since the sample had none like it; false when the list is full. */
static int list_outlier(coding *c, size_t i, const uint8_t *src)
{
    unsigned size = c->e->model.traits->size;
    if (c->outliers_end - c->outliers < 12) return 0;
    pc_store32(c->outliers, c->places[i]);
    memcpy(c->outliers + 4, src + (size_t)c->places[i] * size, size);
    c->outliers += 4 + size;
    c->n_outliers++;
    c->tokens[i] = c->e->usual_token[c->classes[i]];
    pc_store_element(c->zigzags + i * size, size, 0);
    return 1;
}

/* Tokens of what was found; false when the chunk is not worth coding. */
static int make_tokens(coding *c, const uint8_t *src)
{
    const pc_tensor_model *m = &c->e->model;
    unsigned size = m->traits->size;
    for (size_t i = 0; i < c->n; i++) {
        unsigned token = pc_base_token(pc_load_element(c->zigzags + i * size, size)), class = c->classes[i];
        c->tokens[i] = (uint8_t)token;
        c->count[class]++;
        if (PC_UNLIKELY(m->tables.freqs[class][token] == 0) && !list_outlier(c, i, src)) return 0;
    }
    for (size_t i = c->n; i-- > 0;) { /* from the gap before to the gap behind */
        uint32_t gap = c->gaps[i], *behind = &c->first_gap[c->classes[i]];
        c->gaps[i] = *behind;
        *behind = gap;
    }
    return 1;
}

/* First gaps, then of each element its raw bits and the gap that follows it. */
static void put_bits(const coding *c, bit_sink *to)
{
    const pc_tensor_model *m = &c->e->model;
    unsigned size = m->traits->size;
    uint32_t memory[PC_MAX_TABLES], left[PC_MAX_TABLES];
    bit_sink out = *to; /* a copy of its own stays in registers */
    memcpy(left, c->count, sizeof left);
    for (unsigned t = 0; t < m->n_tables; t++) {
        if (m->base.kind[t] == PC_BASE_DENSE) {
            left[t] = 0; /* has no gaps */
            continue;
        }
        memory[t] = pc_base_memory(m->base.kind[t]);
        if (left[t] != 0) put_gap(&out, c->first_gap[t], &memory[t]);
    }
    for (size_t i = 0; i < c->n && !out.full; i++) {
        unsigned class = c->classes[i];
        put_extra(&out, pc_load_element(c->zigzags + i * size, size), c->tokens[i]);
        if (left[class] > 1) {
            left[class]--;
            put_gap(&out, c->gaps[i], &memory[class]);
        }
    }
    *to = out;
}

static size_t put_number(uint8_t *dst, size_t value)
{
    size_t used = 0;
    for (; value >= 128; value >>= 7) dst[used++] = (uint8_t)(value | 128);
    dst[used++] = (uint8_t)value;
    return used;
}

/* Tokens of one class after another, in their order. */
static void sort_tokens(const coding *c, uint8_t *list, pc_rans_encode_run runs[PC_MAX_TABLES])
{
    const pc_tensor_encoder *e = c->e;
    uint8_t *next[PC_MAX_TABLES];
    for (unsigned t = 0; t < e->model.n_tables; t++) {
        const void *table = e->rans_tables + t * pc_rans_encoder_table_size();
        runs[t] = (pc_rans_encode_run){list, c->count[t], table};
        next[t] = list;
        list += c->count[t];
    }
    for (size_t i = 0; i < c->n; i++) *next[c->classes[i]]++ = c->tokens[i];
}

pc_status pc_base_encode(const pc_tensor_encoder *e, const uint8_t *src, const uint8_t *base, size_t n,
                         uint8_t *dst, size_t dst_cap, size_t *dst_len, pc_chunk_space *space)
{
    const pc_tensor_model *m = &e->model;
    unsigned size = m->traits->size;
    coding c = {.e = e, .tokens = space->symbols, .classes = space->list, .zigzags = space->elements};
    c.gaps = space->gaps;
    c.places = space->gaps + n + 1;
    c.outliers = space->side;
    c.outliers_end = space->side + n / 8 + PC_SLACK;
    switch (size) {
    case 1: find(&c, src, base, n, 1); break;
    case 2: find(&c, src, base, n, 2); break;
    case 4: find(&c, src, base, n, 4); break;
    default: find(&c, src, base, n, 8); break;
    }
    int worth = make_tokens(&c, src);
    size_t listed = (size_t)(c.outliers - space->side), used = PC_BASE_HASH;
    if (!worth || dst_cap < PC_BASE_HASH + 5 * (1 + PC_MAX_TABLES) + listed + 4) return PC_ERR_DST_SIZE;
    pc_store32(dst, pc_base_hash(&e->kernels, base, n * size));
    used += put_number(dst + used, c.n_outliers);
    memcpy(dst + used, space->side, listed);
    used += listed;
    for (unsigned t = 0; t < m->n_tables; t++) used += put_number(dst + used, c.count[t]);
    uint8_t *bits = dst + used + 4;
    bit_sink out = {.next = bits, .end = dst + dst_cap};
    put_bits(&c, &out);
    if (out.full) return PC_ERR_DST_SIZE;
    size_t n_bits = (size_t)(out.next - bits) + (out.filled != 0), coded = 0;
    pc_store32(dst + used, (uint32_t)n_bits);
    used += 4 + n_bits;
    pc_rans_encode_run runs[PC_MAX_TABLES];
    sort_tokens(&c, space->mids, runs);
    pc_status status = pc_rans_encode(&e->kernels, runs, m->n_tables, dst + used, dst_cap - used, &coded);
    *dst_len = used + coded;
    return status;
}
