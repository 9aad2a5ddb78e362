/* rANS: optimal frequencies, their serial form, round trips on every ISA tier with equal bytes, and
 * damaged streams in exactly sized buffers. */
#include "check.h"
#include "entropy/rans_common.h"
#include "pycomp/hist.h"
#include "pycomp/rans.h"

enum { MAX_TABLES = 4 };

static pc_kernels tiers[3]; /* the scalar one first */
static int n_tiers;

/* The quotient of every frequency at the states where reciprocals go wrong: around multiples. */
static void test_division(uint64_t *seed)
{
    for (uint32_t f = 1; f < PC_RANS_TOTAL; f++) {
        pc_rans_encoder_table table;
        uint16_t freqs[256] = {0};
        freqs[10] = (uint16_t)f;
        freqs[200] = (uint16_t)(PC_RANS_TOTAL - f);
        pc_rans_encoder_build(&table, freqs);
        for (unsigned round = 0; round < 40; round++) {
            uint32_t q =
                round < 4 ? (1u << 20) - 1 - round : 16 + (uint32_t)(check_random(seed) % ((1u << 20) - 16));
            uint32_t remainders[3] = {0, f - 1, (uint32_t)(check_random(seed) % f)};
            for (unsigned i = 0; i < 3; i++) {
                uint32_t x = q * f + remainders[i];
                CHECK(!pc_rans_must_shift(x, table.entries[10]));
                CHECK(pc_rans_push(x, table.entries[10]) == q * PC_RANS_TOTAL + remainders[i]);
            }
        }
        CHECK(f == PC_RANS_TOTAL || pc_rans_must_shift(f << 20, table.entries[10]));
    }
}

/* log2 by bits of the mantissa, for the exhaustive search below; no libm. */
static double slow_log2(double x)
{
    double result = 0, bit = 1;
    while (x >= 2) x /= 2, result += 1;
    for (unsigned i = 0; i < 40; i++) {
        x *= x;
        bit /= 2;
        if (x >= 2) x /= 2, result += bit;
    }
    return result;
}

static void test_normalize_optimal(uint64_t *seed)
{
    static double logs[PC_RANS_TOTAL + 1];
    for (unsigned f = 1; f <= PC_RANS_TOTAL; f++) logs[f] = slow_log2(f);
    for (unsigned round = 0; round < 4; round++) { /* three symbols: try every pair of frequencies */
        uint32_t counts[256] = {0};
        uint16_t freqs[256];
        for (unsigned i = 0; i < 3; i++)
            counts[40 + i] = 1 + (uint32_t)(check_random(seed) >> (34 + 7 * round));
        pc_rans_normalize(counts, freqs);
        double found =
            counts[40] * logs[freqs[40]] + counts[41] * logs[freqs[41]] + counts[42] * logs[freqs[42]];
        double best = 0;
        for (unsigned a = 1; a <= PC_RANS_TOTAL - 2; a++) {
            for (unsigned b = 1; b <= PC_RANS_TOTAL - 1 - a; b++) {
                double value =
                    counts[40] * logs[a] + counts[41] * logs[b] + counts[42] * logs[PC_RANS_TOTAL - a - b];
                best = value > best ? value : best;
            }
        }
        CHECK(found >= best * (1 - 1e-9));
    }
}

static void random_counts(uint64_t *seed, uint32_t counts[256])
{
    unsigned live = 1 + (unsigned)(check_random(seed) % 256), steep = (unsigned)(check_random(seed) % 30);
    memset(counts, 0, 256 * sizeof counts[0]);
    for (unsigned i = 0; i < live; i++) {
        counts[check_random(seed) % 256] =
            1 + (uint32_t)((check_random(seed) >> 41) >> (check_random(seed) % (steep + 1)));
    }
}

static void check_serial(const uint16_t freqs[256])
{
    uint8_t serial[PC_RANS_FREQS_BOUND];
    uint16_t again[256];
    size_t size = 0, used = 0;
    CHECK(pc_rans_write_freqs(freqs, serial, sizeof serial, &size) == PC_OK);
    CHECK(pc_rans_write_freqs(freqs, serial, size - 1, &used) == PC_ERR_DST_SIZE);
    uint8_t *exact = check_alloc(size);
    memcpy(exact, serial, size);
    CHECK(pc_rans_read_freqs(exact, size, again, &used) == PC_OK);
    CHECK(used == size && memcmp(freqs, again, sizeof again) == 0);
    for (size_t bit = 0; bit < 8 * size; bit++) { /* refused, or another table with the right sum */
        exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (pc_rans_read_freqs(exact, size, again, &used) == PC_OK) {
            uint32_t sum = 0;
            for (unsigned s = 0; s < 256; s++) sum += again[s];
            CHECK(sum == PC_RANS_TOTAL && used <= size);
        }
        exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    check_free(exact, size);
    for (size_t cut = 0; cut < size; cut++) {
        exact = check_alloc(cut);
        memcpy(exact, serial, cut);
        CHECK(pc_rans_read_freqs(exact, cut, again, &used) != PC_OK);
        check_free(exact, cut);
    }
}

static void test_tables(uint64_t *seed)
{
    uint32_t counts[256] = {0};
    uint16_t freqs[256];
    pc_rans_normalize(counts, freqs);
    for (unsigned s = 0; s < 256; s++) CHECK(freqs[s] == 0);
    for (unsigned round = 0; round < 60; round++) {
        uint32_t sum = 0;
        random_counts(seed, counts);
        pc_rans_normalize(counts, freqs);
        for (unsigned s = 0; s < 256; s++) {
            CHECK((freqs[s] != 0) == (counts[s] != 0));
            sum += freqs[s];
        }
        CHECK(sum == PC_RANS_TOTAL);
        check_serial(freqs);
        /* Twelve bits cost little over the entropy, and never less (but for rounding). */
        CHECK(pc_rans_cost_q16(counts, freqs) + 1000 > pc_hist_entropy_q16(counts) / 1000 * 999);
    }
    for (unsigned round = 0; round < 300; round++) { /* legal tables that no counts would give */
        memset(freqs, 0, sizeof freqs);
        for (unsigned left = PC_RANS_TOTAL; left > 0;) {
            unsigned piece = 1 + (unsigned)(check_random(seed) % left) / (1 + round % 40);
            unsigned s = (unsigned)(check_random(seed) % 256);
            freqs[s] = (uint16_t)(freqs[s] + piece);
            left = PC_RANS_TOTAL;
            for (unsigned i = 0; i < 256; i++) left -= freqs[i];
        }
        check_serial(freqs);
    }
    memset(freqs, 0, sizeof freqs); /* alternating extremes take the escape again and again */
    for (unsigned s = 0; s < 256; s++) freqs[s] = s % 2 ? 31 : 1;
    check_serial(freqs);
    freqs[0]++;
    uint8_t serial[PC_RANS_FREQS_BOUND];
    size_t size;
    CHECK(pc_rans_write_freqs(freqs, serial, sizeof serial, &size) == PC_ERR_PARAM);
}

/* A stream with several tables, and everything needed to code it. */
typedef struct sample {
    size_t n_runs, total;
    size_t n[MAX_TABLES];
    uint8_t *src[MAX_TABLES], *back[MAX_TABLES];
    pc_rans_encoder_table encoders[MAX_TABLES];
    pc_rans_decoder_table decoders[MAX_TABLES];
    pc_rans_encode_run encode[MAX_TABLES];
    pc_rans_decode_run decode[MAX_TABLES];
} sample;

/* Symbols with a geometric spread, the steeper the larger `skew`; 9 makes a run of one symbol. */
static sample *make_sample(uint64_t *seed, size_t n_runs, const size_t *n, unsigned skew)
{
    sample *s = malloc(sizeof *s);
    if (s == NULL) exit(2);
    s->n_runs = n_runs;
    s->total = 0;
    for (size_t r = 0; r < n_runs; r++) {
        uint32_t counts[256] = {0};
        uint16_t freqs[256];
        s->n[r] = n[r];
        s->src[r] = check_alloc(n[r]);
        s->back[r] = check_alloc(n[r]);
        for (size_t i = 0; i < n[r]; i++) {
            uint64_t z = check_random(seed);
            unsigned value = skew == 9 ? 0 : skew == 0 ? (unsigned)(z & 255) : 0;
            for (unsigned k = 0;
                 skew > 0 && skew < 9 && k < 64 / skew && (z >> (k * skew)) % (1u << skew) == 0; k++)
                value++;
            s->src[r][i] = (uint8_t)(value + 50 * r);
            counts[s->src[r][i]]++;
        }
        if (n[r] == 0) counts[7] = counts[9] = 1;
        pc_rans_normalize(counts, freqs);
        pc_rans_encoder_build(&s->encoders[r], freqs);
        pc_rans_decoder_build(&s->decoders[r], freqs);
        s->encode[r] = (pc_rans_encode_run){s->src[r], n[r], &s->encoders[r]};
        s->decode[r] = (pc_rans_decode_run){s->back[r], n[r], &s->decoders[r]};
        s->total += n[r];
    }
    return s;
}

static void free_sample(sample *s)
{
    for (size_t r = 0; r < s->n_runs; r++) {
        check_free(s->src[r], s->n[r]);
        check_free(s->back[r], s->n[r]);
    }
    free(s);
}

static int restored(const sample *s)
{
    for (size_t r = 0; r < s->n_runs; r++) {
        if (s->n[r] != 0 && memcmp(s->src[r], s->back[r], s->n[r]) != 0) return 0;
    }
    return 1;
}

/* Encodes on every tier, compares bytes, decodes on every tier. Returns the stream, exactly sized. */
static uint8_t *round_trip(sample *s, size_t *size)
{
    size_t cap = pc_rans_bound(s->total);
    uint8_t *reference = NULL;
    for (int tier = 0; tier < n_tiers; tier++) {
        uint8_t *dst = check_alloc(cap);
        size_t len = 0;
        CHECK(pc_rans_encode(&tiers[tier], s->encode, s->n_runs, dst, cap, &len) == PC_OK);
        if (reference == NULL) {
            *size = len;
            reference = check_alloc(len);
            memcpy(reference, dst, len);
        }
        CHECK(len == *size && memcmp(reference, dst, len) == 0);
        check_free(dst, cap);
        dst = check_alloc(len); /* exactly enough */
        CHECK(pc_rans_encode(&tiers[tier], s->encode, s->n_runs, dst, len, &cap) == PC_OK && cap == len);
        CHECK(memcmp(reference, dst, len) == 0);
        check_free(dst, len);
        cap = pc_rans_bound(s->total);
        if (len > 0) { /* not enough, by one and by a lot */
            size_t unused = 0;
            dst = check_alloc(len - 1);
            CHECK(pc_rans_encode(&tiers[tier], s->encode, s->n_runs, dst, len - 1, &unused) ==
                  PC_ERR_DST_SIZE);
            check_free(dst, len - 1);
            dst = check_alloc(len / 2);
            CHECK(pc_rans_encode(&tiers[tier], s->encode, s->n_runs, dst, len / 2, &unused) ==
                  PC_ERR_DST_SIZE);
            check_free(dst, len / 2);
        }
        for (size_t r = 0; r < s->n_runs; r++) {
            if (s->n[r] != 0) memset(s->back[r], 0xaa, s->n[r]);
        }
        CHECK(pc_rans_decode(&tiers[tier], reference, *size, s->decode, s->n_runs) == PC_OK);
        CHECK(restored(s));
    }
    return reference;
}

/* Every tier must give the same verdict on a damaged stream. A changed symbol can leave the states
 * alone, so damage may go unnoticed here, but then every tier restores the same wrong symbols. */
static pc_status verdict(sample *s, const uint8_t *stream, size_t size)
{
    pc_status first = PC_OK;
    uint64_t first_sum = 0;
    for (int tier = 0; tier < n_tiers; tier++) {
        uint64_t sum = 0;
        pc_status status = pc_rans_decode(&tiers[tier], stream, size, s->decode, s->n_runs);
        for (size_t r = 0; r < s->n_runs && status == PC_OK; r++) {
            for (size_t i = 0; i < s->n[r]; i++) sum = 31 * sum + s->back[r][i];
        }
        if (tier == 0) first = status, first_sum = sum;
        CHECK(status == first && sum == first_sum);
    }
    return first;
}

/* `stride` thins out the damage on long streams. */
static void damage(sample *s, const uint8_t *stream, size_t size, size_t stride)
{
    for (size_t cut = 0; cut <= size + 1; cut += cut + stride <= size ? stride : 1 + (size - cut) / 2) {
        if (cut == size) continue;
        uint8_t *exact = check_alloc(cut);
        memcpy(exact, stream, cut < size ? cut : size);
        if (cut > size) exact[size] = 0;
        CHECK(verdict(s, exact, cut) != PC_OK);
        check_free(exact, cut);
    }
    uint8_t *exact = check_alloc(size);
    memcpy(exact, stream, size);
    for (size_t bit = 0; bit < 8 * size; bit += stride == 1 ? 1 : 8 * stride + 1) {
        exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
        pc_status status = verdict(s, exact, size);
        CHECK(status != PC_OK || !restored(s));
        exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    check_free(exact, size);
}

static void test_streams(uint64_t *seed)
{
    static const size_t sizes[] = {0,     1,     2,     3,     5,     63,    64,    65,
                                   200,   2046,  2047,  2048,  2049,  2050,  4097,  65535,
                                   65536, 65537, 65599, 65600, 65663, 70000, 131072};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (unsigned skew = 0; skew <= 9; skew += sizes[i] > 60000 ? 4 : sizes[i] > 2050 ? 3 : 1) {
            size_t size = 0;
            sample *s = make_sample(seed, 1, &sizes[i], skew);
            uint8_t *stream = round_trip(s, &size);
            CHECK(size <= pc_rans_bound(sizes[i]));
            if (sizes[i] <= 200)
                damage(s, stream, size, 1);
            else if (skew % 4 == 0)
                damage(s, stream, size, size / 12 + 1);
            check_free(stream, size);
            free_sample(s);
        }
    }
    static const size_t splits[][MAX_TABLES] = {{1, 1, 1, 1},         {0, 0, 0, 0},
                                                {0, 700, 0, 1},       {1000, 1, 1046, 2},
                                                {3, 2050, 5, 6},      {65536, 1, 63, 64},
                                                {1, 65535, 0, 1},     {20001, 20003, 20005, 20007},
                                                {130, 90000, 65, 63}, {5000, 5000, 5000, 70001}};
    for (size_t i = 0; i < sizeof splits / sizeof splits[0]; i++) {
        for (unsigned skew = 0; skew <= 9; skew += splits[i][1] < 10000 ? 1 : 3) {
            size_t size = 0;
            sample *s = make_sample(seed, MAX_TABLES, splits[i], skew);
            uint8_t *stream = round_trip(s, &size);
            damage(s, stream, size, s->total < 3000 && skew == 2 ? 3 : size / 12 + 1);
            check_free(stream, size);
            free_sample(s);
        }
    }
}

/* Rare symbols throughout: the worst that any input can cost. */
static void test_bound(void)
{
    uint16_t freqs[256] = {0};
    pc_rans_encoder_table table;
    freqs[0] = 1;
    freqs[1] = PC_RANS_TOTAL - 2;
    freqs[2] = 1;
    pc_rans_encoder_build(&table, freqs);
    for (size_t n = 1; n < 200000; n = 3 * n + 1) {
        for (unsigned pattern = 0; pattern < 3; pattern++) {
            uint8_t *src = check_alloc(n);
            for (size_t i = 0; i < n; i++) src[i] = pattern == 2 ? i % 2 * 2 : (uint8_t)(2 * pattern);
            pc_rans_encode_run run = {src, n, &table};
            size_t cap = pc_rans_bound(n), len = 0;
            uint8_t *dst = check_alloc(cap);
            CHECK(pc_rans_encode(&tiers[0], &run, 1, dst, cap, &len) == PC_OK);
            CHECK(len <= cap && len > n);
            check_free(dst, cap);
            check_free(src, n);
        }
    }
}

/* A symbol that the table does not have is an error wherever it stands, on every tier. */
static void test_absent(uint64_t *seed)
{
    static const size_t sizes[] = {1, 70, 3000, 65600};
    for (size_t i = 0; i < 4; i++) {
        size_t n = sizes[i];
        sample *s = make_sample(seed, 1, &n, 2);
        size_t cap = pc_rans_bound(n), len = 0;
        uint8_t *dst = check_alloc(cap);
        for (unsigned round = 0; round < 30; round++) {
            size_t at = (size_t)(check_random(seed) % n);
            uint8_t keep = s->src[0][at];
            s->src[0][at] = 255;
            for (int tier = 0; tier < n_tiers; tier++) {
                CHECK(pc_rans_encode(&tiers[tier], s->encode, 1, dst, cap, &len) == PC_ERR_PARAM);
            }
            s->src[0][at] = keep;
        }
        check_free(dst, cap);
        free_sample(s);
    }
    size_t n = 100; /* the same for a table of one symbol */
    sample *s = make_sample(seed, 1, &n, 9);
    size_t len = 9;
    uint8_t nothing;
    CHECK(pc_rans_encode(&tiers[0], s->encode, 1, &nothing, 0, &len) == PC_OK && len == 0);
    s->src[0][99] = 1;
    CHECK(pc_rans_encode(&tiers[0], s->encode, 1, &nothing, 0, &len) == PC_ERR_PARAM);
    free_sample(s);
}

/* States below the range never come from an encoder. */
static void test_states(uint64_t *seed)
{
    size_t n = 500, size = 0;
    sample *s = make_sample(seed, 1, &n, 1);
    uint8_t *stream = round_trip(s, &size);
    stream[2] = stream[3] = 0;
    CHECK(pc_rans_decode(&tiers[0], stream, size, s->decode, 1) == PC_ERR_CORRUPT);
    check_free(stream, size);
    free_sample(s);
}

int main(void)
{
    uint64_t seed = 3;
    n_tiers = check_tables(tiers);
    test_division(&seed);
    test_normalize_optimal(&seed);
    test_tables(&seed);
    test_streams(&seed);
    test_bound();
    test_absent(&seed);
    test_states(&seed);
    return CHECK_RESULT();
}
