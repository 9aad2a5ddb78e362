/* Encoding by mixed predictions: mix_common.h for the model, a carrying range coder below it.
 *
 * The coder (Martin, "Range encoding", 1979) keeps an interval [low, low + range) of 32 bits, narrows it
 * by each decision and moves out the top byte while range < 2^24. A carry out of low runs back through
 * the bytes already written. Writes nothing at or past dst + dst_cap. */
#include "entropy/mix_common.h"

typedef struct range_encoder {
    uint32_t low, range;
    uint8_t *next, *end;
    int full;
} range_encoder;

static void put_byte(range_encoder *r)
{
    if (r->next == r->end)
        r->full = 1;
    else
        *r->next++ = (uint8_t)(r->low >> 24);
    r->low <<= 8;
    r->range <<= 8;
}

/* probability: of a 1, in 2^-16. */
PC_INLINE void put_bit(range_encoder *r, unsigned bit, unsigned probability)
{
    uint32_t ones = (uint32_t)((uint64_t)r->range * probability >> 16);
    if (bit) {
        r->range = ones;
    } else {
        r->low += ones;
        r->range -= ones;
        if (r->low < ones && !r->full) { /* the code stays below 1: there is a byte to carry into */
            uint8_t *byte = r->next;
            while (++*--byte == 0) {
            }
        }
    }
    while (r->range < 1u << 24) put_byte(r);
}

PC_INLINE void encode_bit(pc_mix_state *s, range_encoder *r, uint32_t *const *input, size_t at, unsigned node,
                          unsigned n, unsigned bit)
{
    pc_mix_decision d = pc_mix_predict(s, input, at, node, n);
    put_bit(r, bit, d.probability);
    pc_mix_learn(s, &d, input, at, node, n, bit);
}

pc_status pc_mix_encode(const pc_kernels *kernels, const pc_mix_model *model, const uint8_t *symbols,
                        const uint8_t *signs, size_t n, uint8_t *dst, size_t dst_cap, size_t *dst_len,
                        void *workspace)
{
    pc_mix_state *s = pc_mix_begin(model, workspace);
    range_encoder r = {0, 0xffffffffu, dst, dst + dst_cap, 0};
    unsigned sign = 0, left = 0;
    for (size_t i = 0; i < n && !r.full; i++) {
        unsigned symbol = symbols[i], node = s->root;
        pc_mix_expect(s);
        if (model->has_signs) {
            uint32_t *input[PC_MIX_SIGN_INPUTS];
            sign = signs[i] & 1;
            pc_mix_sign_inputs(s, left, input);
            encode_bit(s, &r, input, 0, PC_MIX_SIGN, PC_MIX_SIGN_INPUTS, sign);
        }
        pc_mix_inputs(s, sign);
        while (node < PC_MIX_LEAF) {
            unsigned bit = symbol >= s->tree[node].middle;
            encode_bit(s, &r, s->input, node, node, PC_MIX_INPUTS, bit);
            node = s->tree[node].child[bit];
        }
        if (node - PC_MIX_LEAF != symbol) return PC_ERR_PARAM;
        pc_mix_advance(s, kernels, symbol, sign);
        left = sign;
    }
    for (unsigned k = 0; k < 4; k++) put_byte(&r);
    *dst_len = (size_t)(r.next - dst);
    return r.full ? PC_ERR_DST_SIZE : PC_OK;
}
