/* XXH3, 64 and 128 bits, seed 0.
 *
 * Why this one: it runs at memory speed on every ISA we care about, so a checksum on each chunk is
 * nearly free, and its 128-bit form names content without collisions by accident. It is no defence
 * against an adversary who wants a collision.
 *
 * Algorithm: inputs of up to 240 bytes go through a few 64 x 64 -> 128-bit products of data XOR
 * secret, by length class. Longer inputs are cut into 64-byte stripes; each of eight 64-bit
 * accumulators adds a 32 x 32 -> 64-bit product of its keyed data, its neighbour adds the plain data,
 * and after each block of 16 stripes the accumulators are scrambled. The last 64 bytes always form
 * one more stripe, which may overlap the one before.
 *
 * Source: Y. Collet, "xxHash fast digest algorithm", specification 0.2.0 (2023), sections on XXH3.
 * Names below follow it. Only the stripe loop has ISA variants (pc_kernels.xxh3_accumulate).
 *
 * Reads exactly src[0, n). The streaming state keeps the last stripe of what it has consumed at the
 * end of its buffer, for the overlap. */
#include "pycomp/xxh3.h"

#include "arch/variants.h"
#include "base/mem.h"
#include "base/mul128.h"
#include "checksum/xxh3_common.h"

enum {
    STRIPE = PC_XXH3_STRIPE,
    SECRET_SIZE = PC_XXH3_SECRET_SIZE,
    SECRET_MIN = 136,                             /* the specification's minimum: midsize uses its end */
    LAST_AT = SECRET_SIZE - STRIPE - 7,           /* secret of the last stripe, off the 8-byte grid */
    MERGE_AT = 11,                                /* secret of the final merge, likewise */
    SHORT_MAX = 240,                              /* longest input hashed without stripes */
    BUFFER = sizeof(((pc_xxh3_state *)0)->buffer) /* 4 stripes */
};

/* The 32- and 64-bit primes of the specification, and its two avalanche multipliers. */
static const uint64_t P32_1 = PC_XXH3_PRIME, P32_2 = 0x85ebca77u, P32_3 = 0xc2b2ae3du;
static const uint64_t P64_1 = 0x9e3779b185ebca87u, P64_2 = 0xc2b2ae3d27d4eb4fu, P64_3 = 0x165667b19e3779f9u;
static const uint64_t P64_4 = 0x85ebca77c2b2ae63u, P64_5 = 0x27d4eb2f165667c5u;
static const uint64_t MX1 = 0x165667919e3779f9u, MX2 = 0x9fb21c651e98df25u;

/* The default secret of the specification. */
static const uint8_t SECRET[SECRET_SIZE] = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
    0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
    0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
    0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
    0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
    0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
    0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
    0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
    0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
    0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
};

PC_INLINE uint64_t secret64(size_t at) { return pc_load64(SECRET + at); }
PC_INLINE uint32_t secret32(size_t at) { return pc_load32(SECRET + at); }

PC_INLINE uint32_t rotate32(uint32_t x, unsigned bits) { return (x << bits) | (x >> (32 - bits)); }
PC_INLINE uint64_t rotate64(uint64_t x, unsigned bits) { return (x << bits) | (x >> (64 - bits)); }

PC_INLINE uint32_t swap32(uint32_t x)
{
    return (x << 24) | ((x << 8) & 0xff0000u) | ((x >> 8) & 0xff00u) | (x >> 24);
}

PC_INLINE uint64_t swap64(uint64_t x)
{
    return ((uint64_t)swap32((uint32_t)x) << 32) | swap32((uint32_t)(x >> 32));
}

PC_INLINE uint64_t multiply_fold(uint64_t a, uint64_t b)
{
    uint64_t high, low = pc_mul128(a, b, &high);
    return low ^ high;
}

/* The two finalisers: XXH3's own, and the one it keeps from XXH64 for the shortest inputs. */
PC_INLINE uint64_t avalanche(uint64_t h)
{
    h = (h ^ (h >> 37)) * MX1;
    return h ^ (h >> 32);
}

PC_INLINE uint64_t avalanche_xxh64(uint64_t h)
{
    h = (h ^ (h >> 33)) * P64_2;
    h = (h ^ (h >> 29)) * P64_3;
    return h ^ (h >> 32);
}

/* Sixteen input bytes keyed by sixteen of the secret. */
PC_INLINE uint64_t mix16(const uint8_t *p, size_t at)
{
    return multiply_fold(pc_load64(p) ^ secret64(at), pc_load64(p + 8) ^ secret64(at + 8));
}

/* The bytes of a 1..3-byte input, with its length, in one word. */
PC_INLINE uint32_t combine_1_to_3(const uint8_t *p, size_t n)
{
    return ((uint32_t)p[0] << 16) | ((uint32_t)p[n >> 1] << 24) | p[n - 1] | ((uint32_t)n << 8);
}

static uint64_t hash64_short(const uint8_t *p, size_t n) /* n <= 16 */
{
    if (n > 8) {
        uint64_t low = pc_load64(p) ^ secret64(24) ^ secret64(32);
        uint64_t high = pc_load64(p + n - 8) ^ secret64(40) ^ secret64(48);
        return avalanche(n + swap64(low) + high + multiply_fold(low, high));
    }
    if (n >= 4) {
        uint64_t both = pc_load32(p + n - 4) + ((uint64_t)pc_load32(p) << 32);
        uint64_t h = both ^ secret64(8) ^ secret64(16);
        h = (h ^ rotate64(h, 49) ^ rotate64(h, 24)) * MX2;
        h = (h ^ ((h >> 35) + n)) * MX2;
        return h ^ (h >> 28);
    }
    if (n > 0) return avalanche_xxh64(combine_1_to_3(p, n) ^ secret32(0) ^ secret32(4));
    return avalanche_xxh64(secret64(56) ^ secret64(64));
}

static uint64_t hash64_middle(const uint8_t *p, size_t n) /* 17..240 */
{
    uint64_t acc = n * P64_1;
    if (n <= 128) {
        /* Pairs from both ends towards the middle. */
        for (size_t i = (n - 1) / 32 + 1; i-- > 0;)
            acc += mix16(p + 16 * i, 32 * i) + mix16(p + n - 16 * (i + 1), 32 * i + 16);
        return avalanche(acc);
    }
    for (size_t i = 0; i < 8; i++) acc += mix16(p + 16 * i, 16 * i);
    acc = avalanche(acc);
    for (size_t i = 8; i < n / 16; i++) acc += mix16(p + 16 * i, 16 * (i - 8) + 3);
    return avalanche(acc + mix16(p + n - 16, SECRET_MIN - 17));
}

static pc_hash128 hash128_short(const uint8_t *p, size_t n) /* n <= 16 */
{
    pc_hash128 h;
    if (n > 8) {
        uint64_t first = pc_load64(p), last = pc_load64(p + n - 8), high, low;
        low = pc_mul128(first ^ last ^ secret64(32) ^ secret64(40), P64_1, &high);
        low += (uint64_t)(n - 1) << 54;
        last ^= secret64(48) ^ secret64(56);
        high += last + (last & 0xffffffffu) * (P32_2 - 1);
        low ^= swap64(high);
        h.low = pc_mul128(low, P64_2, &h.high);
        h.high = avalanche(h.high + high * P64_2);
        h.low = avalanche(h.low);
    } else if (n >= 4) {
        uint64_t both = pc_load32(p) + ((uint64_t)pc_load32(p + n - 4) << 32);
        h.low = pc_mul128(both ^ secret64(16) ^ secret64(24), P64_1 + (n << 2), &h.high);
        h.high += h.low << 1;
        h.low ^= h.high >> 3;
        h.low = (h.low ^ (h.low >> 35)) * MX2;
        h.low ^= h.low >> 28;
        h.high = avalanche(h.high);
    } else if (n > 0) {
        uint32_t low = combine_1_to_3(p, n), high = rotate32(swap32(low), 13);
        h.low = avalanche_xxh64(low ^ secret32(0) ^ secret32(4));
        h.high = avalanche_xxh64(high ^ secret32(8) ^ secret32(12));
    } else {
        h.low = avalanche_xxh64(secret64(64) ^ secret64(72));
        h.high = avalanche_xxh64(secret64(80) ^ secret64(88));
    }
    return h;
}

PC_INLINE void mix32(pc_hash128 *acc, const uint8_t *p, const uint8_t *q, size_t at)
{
    acc->low += mix16(p, at);
    acc->low ^= pc_load64(q) + pc_load64(q + 8);
    acc->high += mix16(q, at + 16);
    acc->high ^= pc_load64(p) + pc_load64(p + 8);
}

static pc_hash128 hash128_middle(const uint8_t *p, size_t n) /* 17..240 */
{
    pc_hash128 acc = {n * P64_1, 0}, h;
    if (n <= 128) {
        for (size_t i = (n - 1) / 32 + 1; i-- > 0;) mix32(&acc, p + 16 * i, p + n - 16 * (i + 1), 32 * i);
    } else {
        for (size_t i = 0; i < 4; i++) mix32(&acc, p + 32 * i, p + 32 * i + 16, 32 * i);
        acc.low = avalanche(acc.low);
        acc.high = avalanche(acc.high);
        for (size_t i = 4; i < n / 32; i++) mix32(&acc, p + 32 * i, p + 32 * i + 16, 32 * (i - 4) + 3);
        mix32(&acc, p + n - 16, p + n - 32, SECRET_MIN - 17 - 16);
    }
    h.low = avalanche(acc.low + acc.high);
    h.high = 0 - avalanche(acc.low * P64_1 + acc.high * P64_4 + n * P64_2);
    return h;
}

/* -- Long inputs: stripes ----------------------------------------------------------------------- */

static void scramble(uint64_t acc[8], const uint8_t *secret)
{
    for (size_t i = 0; i < 8; i++)
        acc[i] = (acc[i] ^ (acc[i] >> 47) ^ pc_load64(secret + PC_XXH3_SCRAMBLE_AT + 8 * i)) * PC_XXH3_PRIME;
}

/* Accumulators i and i + 1: each adds its own keyed product and its neighbour's plain data. */
PC_INLINE void add_pair(uint64_t sum[8], const uint8_t *src, const uint8_t *secret, size_t i)
{
    uint64_t a = pc_load64(src + 8 * i), b = pc_load64(src + 8 * i + 8);
    uint64_t keyed_a = a ^ pc_load64(secret + 8 * i), keyed_b = b ^ pc_load64(secret + 8 * i + 8);
    sum[i] += b + (keyed_a & 0xffffffffu) * (keyed_a >> 32);
    sum[i + 1] += a + (keyed_b & 0xffffffffu) * (keyed_b >> 32);
}

size_t pc_xxh3_accumulate_scalar(uint64_t acc[8], const uint8_t *src, size_t stripes, const uint8_t *secret,
                                 size_t done)
{
    uint64_t sum[8]; /* a copy that src cannot alias, so it may live in registers */
    memcpy(sum, acc, sizeof sum);
    for (size_t s = 0; s < stripes; s++) {
        const uint8_t *p = src + STRIPE * s, *key = secret + 8 * done;
        add_pair(sum, p, key, 0); /* written out: gcc -O2 would keep a loop, and the sums in memory */
        add_pair(sum, p, key, 2);
        add_pair(sum, p, key, 4);
        add_pair(sum, p, key, 6);
        if (++done == PC_XXH3_BLOCK_STRIPES) {
            scramble(sum, secret);
            done = 0;
        }
    }
    memcpy(acc, sum, sizeof sum);
    return done;
}

static void start(uint64_t acc[8])
{
    acc[0] = P32_3, acc[1] = P64_1, acc[2] = P64_2, acc[3] = P64_3;
    acc[4] = P64_4, acc[5] = P32_2, acc[6] = P64_5, acc[7] = P32_1;
}

static uint64_t merge(const uint64_t acc[8], size_t at, uint64_t h)
{
    for (size_t i = 0; i < 4; i++)
        h += multiply_fold(acc[2 * i] ^ secret64(at + 16 * i), acc[2 * i + 1] ^ secret64(at + 16 * i + 8));
    return avalanche(h);
}

static uint64_t finish64(const uint64_t acc[8], uint64_t n) { return merge(acc, MERGE_AT, n * P64_1); }

static pc_hash128 finish128(const uint64_t acc[8], uint64_t n)
{
    pc_hash128 h = {finish64(acc, n), merge(acc, SECRET_SIZE - STRIPE - MERGE_AT, ~(n * P64_2))};
    return h;
}

/* All but the last byte decides how many stripes there are: a stripe that ends the input exactly is
 * left to be the last one. */
static void hash_long(const pc_kernels *kernels, uint64_t acc[8], const uint8_t *p, size_t n)
{
    start(acc);
    kernels->xxh3_accumulate(acc, p, (n - 1) / STRIPE, SECRET, 0);
    kernels->xxh3_accumulate(acc, p + n - STRIPE, 1, SECRET + LAST_AT, 0);
}

uint64_t pc_xxh3_64(const pc_kernels *kernels, const void *src, size_t n)
{
    uint64_t acc[8];
    if (n <= 16) return hash64_short(src, n);
    if (n <= SHORT_MAX) return hash64_middle(src, n);
    hash_long(kernels, acc, src, n);
    return finish64(acc, n);
}

pc_hash128 pc_xxh3_128(const pc_kernels *kernels, const void *src, size_t n)
{
    uint64_t acc[8];
    if (n <= 16) return hash128_short(src, n);
    if (n <= SHORT_MAX) return hash128_middle(src, n);
    hash_long(kernels, acc, src, n);
    return finish128(acc, n);
}

/* -- Streaming ---------------------------------------------------------------------------------- */

void pc_xxh3_init(pc_xxh3_state *state)
{
    memset(state, 0, sizeof *state);
    start(state->acc);
}

/* Invariant: once anything has been fed, at least one byte of it is still in the buffer, since only
 * the end of the input can tell which stripe is the last. */
void pc_xxh3_update(const pc_kernels *kernels, pc_xxh3_state *state, const void *src, size_t n)
{
    const uint8_t *p = src;
    state->total += n;
    if (n <= BUFFER - state->buffered) {
        if (n > 0) memcpy(state->buffer + state->buffered, p, n);
        state->buffered += n;
        return;
    }
    if (state->buffered > 0) {
        size_t fill = BUFFER - state->buffered;
        memcpy(state->buffer + state->buffered, p, fill);
        p += fill;
        n -= fill;
        state->stripes =
            kernels->xxh3_accumulate(state->acc, state->buffer, BUFFER / STRIPE, SECRET, state->stripes);
    }
    if (n > BUFFER) {
        size_t stripes = (n - 1) / STRIPE;
        state->stripes = kernels->xxh3_accumulate(state->acc, p, stripes, SECRET, state->stripes);
        p += stripes * STRIPE;
        n -= stripes * STRIPE;
        memcpy(state->buffer + BUFFER - STRIPE, p - STRIPE, STRIPE);
    }
    memcpy(state->buffer, p, n);
    state->buffered = n;
}

/* Consumes what is left into a copy of the accumulators, so that the stream can go on after. */
static void drain(const pc_kernels *kernels, const pc_xxh3_state *state, uint64_t acc[8])
{
    uint8_t last[STRIPE];
    size_t buffered = state->buffered;
    memcpy(acc, state->acc, sizeof state->acc);
    if (buffered >= STRIPE) {
        kernels->xxh3_accumulate(acc, state->buffer, (buffered - 1) / STRIPE, SECRET, state->stripes);
        memcpy(last, state->buffer + buffered - STRIPE, STRIPE);
    } else {
        /* The stripe before is still at the end of the buffer: every path above leaves it there. */
        memcpy(last, state->buffer + BUFFER - (STRIPE - buffered), STRIPE - buffered);
        memcpy(last + STRIPE - buffered, state->buffer, buffered);
    }
    kernels->xxh3_accumulate(acc, last, 1, SECRET + LAST_AT, 0);
}

uint64_t pc_xxh3_digest64(const pc_kernels *kernels, const pc_xxh3_state *state)
{
    uint64_t acc[8];
    if (state->total <= SHORT_MAX) return pc_xxh3_64(kernels, state->buffer, (size_t)state->total);
    drain(kernels, state, acc);
    return finish64(acc, state->total);
}

pc_hash128 pc_xxh3_digest128(const pc_kernels *kernels, const pc_xxh3_state *state)
{
    uint64_t acc[8];
    if (state->total <= SHORT_MAX) return pc_xxh3_128(kernels, state->buffer, (size_t)state->total);
    drain(kernels, state, acc);
    return finish128(acc, state->total);
}
