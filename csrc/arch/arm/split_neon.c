/* Float split and merge on NEON, 16 elements a step. All work is done on the elements' sixteen top bits,
 * which hold key and mid; layouts that cut below them, and eight-byte elements, stay scalar. */
#include "base/compiler.h"

#if PC_ARM64

#include <arm_neon.h>

#include "arch/variants.h"

/* The constants of one layout and window, spread over the lanes. Shift counts to the right are negative. */
typedef struct splitter {
    int16x8_t raw_down, raw_up, sign_down, sign_up;
    uint16x8_t raw_mask, key_mask, sign, before, first, span, width;
} splitter;

PC_INLINE splitter make_splitter(const pc_float_layout *layout, pc_key_window window)
{
    int raw = layout->mid_bits - 1;
    unsigned span = (unsigned)window.last - window.first;
    return (splitter){
        .raw_down = vdupq_n_s16((int16_t)-raw),
        .raw_up = vdupq_n_s16((int16_t)raw),
        .sign_down = vdupq_n_s16((int16_t)(raw - 15)),
        .sign_up = vdupq_n_s16((int16_t)(15 - raw)),
        .raw_mask = vdupq_n_u16((uint16_t)((1u << raw) - 1)),
        .key_mask = vdupq_n_u16((uint16_t)((1u << layout->key_bits) - 1)),
        .sign = vdupq_n_u16((uint16_t)(1u << raw)),
        .before = vdupq_n_u16((uint16_t)(window.first - 1)),
        .first = vdupq_n_u16(window.first),
        .span = vdupq_n_u16((uint16_t)span),
        .width = vdupq_n_u16((uint16_t)(span + 1)),
    };
}

/* Symbols of eight sixteen-bit tops; lanes outside the window become non-zero in *outside. */
PC_INLINE uint8x8_t symbols_of(uint16x8_t x, const splitter *s, uint16x8_t *outside)
{
    uint16x8_t key = vandq_u16(vshlq_u16(x, s->raw_down), s->key_mask), zero = vceqzq_u16(key);
    uint16x8_t beyond = vqsubq_u16(vsubq_u16(key, s->first), s->span);
    *outside = vorrq_u16(*outside, vbicq_u16(beyond, zero));
    uint16x8_t symbol = vminq_u16(vqsubq_u16(key, s->before), s->width);
    return vmovn_u16(vbicq_u16(vmaxq_u16(symbol, vdupq_n_u16(1)), zero));
}

PC_INLINE uint8x8_t mids_of(uint16x8_t x, const splitter *s)
{
    uint16x8_t sign = vandq_u16(vshlq_u16(x, s->sign_down), s->sign);
    return vmovn_u16(vorrq_u16(vandq_u16(x, s->raw_mask), sign));
}

PC_INLINE uint16x8_t load(const uint8_t *p) { return vreinterpretq_u16_u8(vld1q_u8(p)); }

PC_INLINE void store(uint8_t *p, uint16x8_t v) { vst1q_u8(p, vreinterpretq_u8_u16(v)); }

/* Or, and over the lanes. */
PC_INLINE uint64_t any_of(uint16x8_t v)
{
    uint16_t lanes[8], any = 0;
    vst1q_u16(lanes, v);
    for (unsigned l = 0; l < 8; l++) any |= lanes[l];
    return any;
}

PC_INLINE uint64_t all_of(uint16x8_t v) { return any_of(vmvnq_u16(v)) ^ 0xffff; }

void pc_float_split_neon(const uint8_t *src, size_t n, const pc_float_layout *layout, pc_key_window window,
                         uint8_t *symbols, uint8_t *mids, uint8_t *lows, pc_split_facts *facts)
{
    const splitter s = make_splitter(layout, window);
    const uint16x8_t none = vdupq_n_u16(0), full = vdupq_n_u16(0xffff);
    uint16x8_t any = none, all = full, any_low = none, all_low = full, outside = none;
    unsigned wide = layout->size == 4; /* tops and lows alternate */
    size_t i = 0;
    if (wide || (layout->size == 2 && layout->low_bits == 0)) {
        for (; n - i >= 16; i += 16) {
            uint16x8_t top[2];
            for (unsigned h = 0; h < 2; h++) {
                const uint8_t *at = src + layout->size * (i + 8 * h);
                top[h] = load(at);
                if (wide) {
                    uint16x8_t next = load(at + 16), low = vuzp1q_u16(top[h], next);
                    top[h] = vuzp2q_u16(top[h], next);
                    any_low = vorrq_u16(any_low, low);
                    all_low = vandq_u16(all_low, low);
                    store(lows + 2 * (i + 8 * h), low);
                }
                any = vorrq_u16(any, top[h]);
                all = vandq_u16(all, top[h]);
            }
            vst1q_u8(symbols + i,
                     vcombine_u8(symbols_of(top[0], &s, &outside), symbols_of(top[1], &s, &outside)));
            vst1q_u8(mids + i, vcombine_u8(mids_of(top[0], &s), mids_of(top[1], &s)));
        }
    }
    if (i != 0) {
        facts->any |= wide ? any_of(any) << 16 | any_of(any_low) : any_of(any);
        facts->all &= wide ? all_of(all) << 16 | all_of(all_low) : all_of(all);
        facts->outside |= any_of(outside) != 0;
    }
    if (i < n)
        pc_float_split_scalar(src + layout->size * i, n - i, layout, window, symbols + i, mids + i,
                              lows + (wide ? 2 : 0) * i, facts);
}

/* Eight sixteen-bit tops from symbols and mids. */
PC_INLINE uint16x8_t tops_of(const uint8_t *symbols, const uint8_t *mids, const splitter *s)
{
    uint16x8_t symbol = vmovl_u8(vld1_u8(symbols)), mid = vmovl_u8(vld1_u8(mids));
    uint16x8_t key = vbicq_u16(vaddq_u16(symbol, s->before), vceqzq_u16(symbol));
    uint16x8_t raw = vandq_u16(mid, s->raw_mask);
    uint16x8_t sign = vandq_u16(vshlq_u16(mid, s->sign_up), vdupq_n_u16(0x8000));
    return vorrq_u16(vorrq_u16(vshlq_u16(key, s->raw_up), raw), sign);
}

void pc_float_merge_neon(const uint8_t *symbols, const uint8_t *mids, const uint8_t *lows, size_t n,
                         const pc_float_layout *layout, pc_key_window window, uint8_t *dst)
{
    const splitter s = make_splitter(layout, window);
    unsigned wide = layout->size == 4;
    size_t i = 0;
    if (wide || (layout->size == 2 && layout->low_bits == 0)) {
        for (; n - i >= 8; i += 8) {
            uint16x8_t top = tops_of(symbols + i, mids + i, &s);
            if (wide) {
                uint16x8_t low = load(lows + 2 * i);
                store(dst + 4 * i, vzip1q_u16(low, top));
                store(dst + 4 * i + 16, vzip2q_u16(low, top));
            } else {
                store(dst + 2 * i, top);
            }
        }
    }
    if (i < n)
        pc_float_merge_scalar(symbols + i, mids + i, lows + (wide ? 2 : 0) * i, n - i, layout, window,
                              dst + layout->size * i);
}

#endif
