/* Decoding by mixed predictions: the inverse of mix_encode.c. Bytes past the end read as 0, so that any
 * input decodes to something; it never reads or writes outside its buffers. */
#include "entropy/mix_common.h"

typedef struct range_decoder {
    uint32_t code, range; /* code is relative to the interval's low end */
    const uint8_t *next, *end;
    size_t missing;
} range_decoder;

static void take_byte(range_decoder *r)
{
    r->code <<= 8;
    r->range <<= 8;
    if (r->next == r->end)
        r->missing++;
    else
        r->code |= *r->next++;
}

PC_INLINE unsigned take_bit(range_decoder *r, unsigned probability)
{
    uint32_t ones = (uint32_t)((uint64_t)r->range * probability >> 16);
    unsigned bit = r->code < ones;
    uint32_t zero = bit - 1u; /* all ones for a 0: half of all branches here would be mispredicted */
    r->code -= ones & zero;
    r->range = ones + ((r->range - 2 * ones) & zero);
    while (r->range < 1u << 24) take_byte(r);
    return bit;
}

PC_INLINE unsigned decode_bit(pc_mix_state *s, range_decoder *r, uint32_t *const *input, size_t at,
                              unsigned node, unsigned n)
{
    pc_mix_decision d = pc_mix_predict(s, input, at, node, n);
    unsigned bit = take_bit(r, d.probability);
    pc_mix_learn(s, &d, input, at, node, n, bit);
    return bit;
}

pc_status pc_mix_decode(const pc_kernels *kernels, const pc_mix_model *model, const uint8_t *src,
                        size_t src_len, uint8_t *symbols, uint8_t *signs, size_t n, void *workspace)
{
    pc_mix_state *s = pc_mix_begin(model, workspace);
    range_decoder r = {0, 0, src, src + src_len, 0};
    for (unsigned k = 0; k < 4; k++) take_byte(&r);
    r.range = 0xffffffffu;
    unsigned sign = 0, left = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned node = s->root;
        pc_mix_expect(s);
        if (model->has_signs) {
            uint32_t *input[PC_MIX_SIGN_INPUTS];
            pc_mix_sign_inputs(s, left, input);
            sign = decode_bit(s, &r, input, 0, PC_MIX_SIGN, PC_MIX_SIGN_INPUTS);
            signs[i] = (uint8_t)sign;
        }
        pc_mix_inputs(s, sign);
        while (node < PC_MIX_LEAF)
            node = s->tree[node].child[decode_bit(s, &r, s->input, node, node, PC_MIX_INPUTS)];
        symbols[i] = (uint8_t)(node - PC_MIX_LEAF);
        pc_mix_advance(s, kernels, symbols[i], sign);
        left = sign;
    }
    if (r.missing != 0) return PC_ERR_TRUNCATED;
    return r.next == r.end ? PC_OK : PC_ERR_CORRUPT;
}
