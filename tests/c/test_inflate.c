/* The inflater against streams written here bit by bit, so that the expected output is known without another
 * implementation: every block type, codes of every shape, any cut of input and output, every tier, damage.
 * The texts and verdicts for invalid streams are zlib's. */
#include "check.h"
#include "base/compiler.h"
#include "deflate/deflate_common.h"
#include "pycomp/adler32.h"
#include "pycomp/crc32.h"
#include "pycomp/inflate.h"

enum { ROOM = 1 << 18, STREAM = 1 << 19 };

static pc_kernels tiers[3];
static int n_tiers;
static pc_inflate *state;

/* ---- writing streams ---- */

typedef struct writer {
    uint8_t *bytes;
    size_t bits;
} writer;

static void put(writer *w, uint64_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++, w->bits++) {
        if (w->bits % 8 == 0) w->bytes[w->bits / 8] = 0;
        w->bytes[w->bits / 8] |= (uint8_t)((value >> i & 1) << w->bits % 8);
    }
}

static void align(writer *w) { w->bits = (w->bits + 7) / 8 * 8; }

typedef struct code {
    uint8_t lengths[PC_LITLEN_CODES];
    uint16_t codes[PC_LITLEN_CODES];
} code;

static void assign_codes(code *c, unsigned n)
{
    unsigned next = 0;
    for (unsigned length = 1; length <= PC_CODE_MAX; length++, next <<= 1) {
        for (unsigned i = 0; i < n; i++) {
            if (c->lengths[i] == length) c->codes[i] = (uint16_t)next++;
        }
    }
}

static void put_symbol(writer *w, const code *c, unsigned symbol)
{
    for (unsigned i = c->lengths[symbol]; i-- > 0;) put(w, c->codes[symbol] >> i & 1, 1);
}

/* A random complete code for the symbols marked by a length that isn't 0: leaves are split until there are
 * enough; `deep` prefers the latest leaf, which makes codes as long as they may be. */
static void random_code(uint64_t *seed, code *c, unsigned n, unsigned limit, int deep)
{
    uint8_t leaves[PC_LITLEN_CODES] = {0};
    unsigned live = 0, have = 1;
    for (unsigned i = 0; i < n; i++) live += c->lengths[i] != 0;
    while (have < live) {
        unsigned i = deep && check_random(seed) % 4 ? have - 1 : (unsigned)(check_random(seed) % have);
        for (; leaves[i] >= limit; i = (i + 1) % have) continue;
        leaves[have++] = ++leaves[i];
    }
    if (live == 1) leaves[0] = 1;
    for (unsigned i = 0; i < n; i++) {
        if (c->lengths[i] == 0) continue;
        unsigned pick = (unsigned)(check_random(seed) % have);
        c->lengths[i] = leaves[pick];
        leaves[pick] = leaves[--have];
    }
    assign_codes(c, n);
}

static unsigned length_symbol(unsigned length)
{
    unsigned i = 28;
    while (pc_length_base[i] > length) i--;
    return i;
}

static unsigned dist_symbol(unsigned dist)
{
    unsigned i = 29;
    while (pc_dist_base[i] > dist) i--;
    return i;
}

/* Header of a dynamic block, with every code-length code of 19 symbols 4 or 5 bits long. */
static void put_header(writer *w, int last, const code *litlen, unsigned n_litlen, const code *dist,
                       unsigned n_dist)
{
    code pre;
    put(w, (unsigned)last | PC_BLOCK_DYNAMIC << 1, 3);
    put(w, n_litlen - 257, 5);
    put(w, n_dist - 1, 5);
    put(w, 15, 4);
    for (unsigned i = 0; i < 19; i++) pre.lengths[i] = i < 13 ? 4 : 5;
    assign_codes(&pre, 19);
    for (unsigned i = 0; i < 19; i++) put(w, pre.lengths[pc_precode_order[i]], 3);
    uint8_t all[PC_LITLEN_CODES + PC_DIST_CODES];
    unsigned n = n_litlen + n_dist;
    memcpy(all, litlen->lengths, n_litlen);
    memcpy(all + n_litlen, dist->lengths, n_dist);
    for (unsigned i = 0; i < n;) {
        unsigned run = 1;
        while (i + run < n && all[i + run] == all[i]) run++;
        if (all[i] == 0 && run >= 11) {
            run = PC_MIN(run, 138u);
            put_symbol(w, &pre, PC_REPEAT_ZERO_LONG);
            put(w, run - 11, 7);
        } else if (all[i] == 0 && run >= 3) {
            put_symbol(w, &pre, PC_REPEAT_ZERO);
            put(w, run - 3, 3);
        } else if (i > 0 && all[i - 1] == all[i] && run >= 3) {
            run = PC_MIN(run, 6u);
            put_symbol(w, &pre, PC_REPEAT_PREVIOUS);
            put(w, run - 3, 2);
        } else {
            run = 1;
            put_symbol(w, &pre, all[i]);
        }
        i += run;
    }
}

static void fixed_codes(code *litlen, code *dist)
{
    for (unsigned i = 0; i < PC_LITLEN_CODES; i++) litlen->lengths[i] = (uint8_t)pc_fixed_litlen_bits(i);
    memset(dist->lengths, PC_FIXED_DIST_BITS, PC_DIST_CODES);
    assign_codes(litlen, PC_LITLEN_CODES);
    assign_codes(dist, PC_DIST_CODES);
}

/* One block of about n bytes of random tokens after the `have` bytes of out; returns the bytes then. */
static size_t put_block(uint64_t *seed, writer *w, int last, uint8_t *out, size_t have, size_t n)
{
    unsigned kind = (unsigned)(check_random(seed) % 8), alphabet = 1u << check_random(seed) % 9;
    unsigned far = 1u << check_random(seed) % 16, matches = (unsigned)(check_random(seed) % 5);
    size_t end = have + n;
    if (kind == 0) {
        put(w, (unsigned)last, 3);
        align(w);
        n = PC_MIN(n, (size_t)PC_STORED_MAX);
        put(w, n | (n ^ 0xffff) << 16, 32);
        for (size_t i = 0; i < n; i++) put(w, out[have++] = (uint8_t)check_random(seed), 8);
        return have;
    }
    code litlen = {{0}, {0}}, dist = {{0}, {0}};
    if (kind == 1) {
        fixed_codes(&litlen, &dist);
        put(w, (unsigned)last | PC_BLOCK_FIXED << 1, 3);
    } else {
        int deep = kind > 5;
        for (unsigned i = 0; i < alphabet; i++) litlen.lengths[i] = 1;
        for (unsigned i = PC_END_OF_BLOCK; i < PC_LITLEN_SYMBOLS; i++) litlen.lengths[i] = 1;
        memset(dist.lengths, 1, dist_symbol(far) + 1);
        random_code(seed, &litlen, PC_LITLEN_SYMBOLS, PC_CODE_MAX, deep);
        random_code(seed, &dist, PC_DIST_SYMBOLS, PC_CODE_MAX, deep);
        put_header(w, last, &litlen, PC_LITLEN_SYMBOLS, &dist, PC_DIST_SYMBOLS);
    }
    while (have < end) {
        uint64_t z = check_random(seed);
        if (have == 0 || z % 4 >= matches) {
            out[have] = (uint8_t)((z >> 8) % alphabet);
            put_symbol(w, &litlen, out[have++]);
            continue;
        }
        unsigned length = 3 + (unsigned)(z >> 8) % (z >> 32 & 7 ? 30 : 256);
        unsigned back = 1 + (unsigned)((z >> 40) % PC_MIN((size_t)far, have)), symbol = length_symbol(length);
        put_symbol(w, &litlen, PC_FIRST_LENGTH + symbol);
        put(w, length - pc_length_base[symbol], pc_length_extra[symbol]);
        symbol = dist_symbol(back);
        put_symbol(w, &dist, symbol);
        put(w, back - pc_dist_base[symbol], pc_dist_extra[symbol]);
        for (; length > 0; length--, have++) out[have] = out[have - back];
    }
    put_symbol(w, &litlen, PC_END_OF_BLOCK);
    return have;
}

typedef struct sample {
    uint8_t *stream, *plain;
    size_t stream_len, plain_len;
    pc_wrap wrap;
} sample;

static void put_gzip_header(uint64_t *seed, writer *w)
{
    unsigned flags = (unsigned)check_random(seed) & 0x1f;
    size_t begin = w->bits / 8;
    put(w, 0x00088b1f | flags << 24, 32);
    put(w, 0x0300 | (uint64_t)check_random(seed) << 16, 48);
    if (flags & PC_GZIP_EXTRA) {
        put(w, 5, 16);
        put(w, 0x0100020003, 40);
    }
    for (unsigned field = PC_GZIP_NAME; field <= PC_GZIP_COMMENT; field *= 2) {
        if (flags & field) put(w, 0x00636261, 32);
    }
    if (flags & PC_GZIP_HEADER_CRC) put(w, pc_crc32(&tiers[0], 0, w->bytes + begin, w->bits / 8 - begin), 16);
}

/* A random stream of about n bytes of output. */
static sample random_sample(uint64_t *seed, size_t n, pc_wrap wrap)
{
    sample s = {malloc(STREAM), malloc(ROOM), 0, 0, wrap};
    writer w = {s.stream, 0};
    int gzip = wrap == PC_WRAP_GZIP || (wrap == PC_WRAP_AUTO && check_random(seed) % 2);
    if (gzip)
        put_gzip_header(seed, &w);
    else if (wrap != PC_WRAP_RAW)
        put(&w, 0x9c78, 16);
    for (unsigned blocks = 1 + (unsigned)(check_random(seed) % 4); blocks > 0; blocks--) {
        s.plain_len =
            put_block(seed, &w, blocks == 1, s.plain, s.plain_len, n / blocks + check_random(seed) % 3);
    }
    align(&w);
    if (gzip) {
        put(&w, pc_crc32(&tiers[0], 0, s.plain, s.plain_len), 32);
        put(&w, s.plain_len, 32);
    } else if (wrap != PC_WRAP_RAW) {
        uint32_t sum = pc_adler32(&tiers[0], 1, s.plain, s.plain_len);
        for (unsigned i = 4; i-- > 0;) put(&w, sum >> 8 * i & 0xff, 8);
    }
    s.stream_len = w.bits / 8;
    return s;
}

static void free_sample(sample *s)
{
    free(s->stream);
    free(s->plain);
}

/* ---- reading them ---- */

/* Decodes whole in exactly sized guarded buffers. */
static pc_status whole(const pc_kernels *k, pc_wrap wrap, const uint8_t *stream, size_t n, size_t cap,
                       uint8_t *out, size_t *len, size_t *used)
{
    uint8_t *src = check_alloc(n), *dst = check_alloc(cap);
    if (n > 0) memcpy(src, stream, n);
    pc_status status = pc_inflate_whole(k, state, wrap, src, n, used, dst, cap, len);
    CHECK(*len <= cap && *used <= n);
    memcpy(out, dst, *len);
    check_free(src, n);
    check_free(dst, cap);
    return status;
}

/* Decodes in random pieces, output in fresh buffers or in one; 0 or the state where it stopped. */
static pc_inflate_state pieces(uint64_t *seed, const pc_kernels *k, pc_wrap wrap, const uint8_t *stream,
                               size_t n, size_t cap, uint8_t *out, size_t *len, size_t *used)
{
    size_t most_in = 1 + check_random(seed) % (check_random(seed) % 2 ? 3 : 4000);
    size_t most_out = 1 + check_random(seed) % (check_random(seed) % 2 ? 3 : 70000);
    int fresh = check_random(seed) % 2;
    *len = *used = 0;
    CHECK(pc_inflate_init(state, wrap, 0) == PC_OK);
    for (;;) {
        size_t in = check_random(seed) % (most_in + 1), room = check_random(seed) % (most_out + 1);
        in = PC_MIN(in, n - *used);
        room = PC_MIN(room, cap - *len);
        uint8_t *src = malloc(in + 1), *piece = malloc(room + 1), *dst = fresh ? piece : out + *len,
                *at = dst;
        const uint8_t *from = src;
        memcpy(src, stream + *used, in);
        pc_inflate_state stop = pc_inflate_run(k, state, &from, src + in, fresh ? dst : out, &at, dst + room);
        if (fresh) {
            pc_inflate_keep(state, dst, at);
            memcpy(out + *len, dst, (size_t)(at - dst));
        }
        *used += (size_t)(from - src);
        *len += (size_t)(at - dst);
        CHECK(stop != PC_INFLATE_INPUT || from == src + in);
        CHECK(stop != PC_INFLATE_OUTPUT || at == dst + room);
        free(src);
        free(piece);
        if (stop > PC_INFLATE_OUTPUT) return stop;
        if ((stop == PC_INFLATE_INPUT && *used == n) || (stop == PC_INFLATE_OUTPUT && *len == cap))
            return stop;
    }
}

static void check_sample(uint64_t *seed, const sample *s)
{
    uint8_t *out = malloc(ROOM);
    size_t len, used;
    for (int tier = 0; tier < n_tiers; tier++) {
        const pc_kernels *k = &tiers[tier];
        CHECK(whole(k, s->wrap, s->stream, s->stream_len, s->plain_len, out, &len, &used) == PC_OK);
        CHECK(len == s->plain_len && used == s->stream_len && memcmp(out, s->plain, len) == 0);
        if (s->plain_len > 0) {
            CHECK(whole(k, s->wrap, s->stream, s->stream_len, len - 1, out, &len, &used) == PC_ERR_DST_SIZE);
            CHECK(len == s->plain_len - 1 && memcmp(out, s->plain, len) == 0);
        }
        CHECK(pieces(seed, k, s->wrap, s->stream, s->stream_len, s->plain_len, out, &len, &used) ==
              PC_INFLATE_END);
        CHECK(len == s->plain_len && used == s->stream_len && memcmp(out, s->plain, len) == 0);
    }
    free(out);
}

/* Truncated anywhere: as many bytes as are determined, no error. Bits flipped: the same verdict from every
 * tier, whole or in pieces, and all within bounds. */
static void check_damage(uint64_t *seed, sample *s)
{
    uint8_t *out = malloc(ROOM), *again = malloc(ROOM);
    size_t len, used, len2, used2, stride = s->stream_len / 50 + 1;
    for (size_t cut = 0; cut < s->stream_len; cut += stride) {
        for (int tier = 0; tier < n_tiers; tier++) {
            CHECK(whole(&tiers[tier], s->wrap, s->stream, cut, s->plain_len, out, &len, &used) ==
                  PC_ERR_TRUNCATED);
            CHECK(used == cut && memcmp(out, s->plain, len) == 0);
        }
    }
    for (size_t bit = 0; bit < 8 * s->stream_len; bit += 1 + check_random(seed) % (8 * stride)) {
        s->stream[bit / 8] ^= (uint8_t)(1 << bit % 8);
        pc_status status = whole(&tiers[0], s->wrap, s->stream, s->stream_len, ROOM, out, &len, &used);
        const char *message = pc_inflate_message(state);
        for (int tier = 1; tier < n_tiers; tier++) {
            CHECK(whole(&tiers[tier], s->wrap, s->stream, s->stream_len, ROOM, again, &len2, &used2) ==
                  status);
            CHECK(pc_inflate_message(state) == message && len2 == len && memcmp(out, again, len) == 0);
        }
        pc_inflate_state stop =
            pieces(seed, &tiers[0], s->wrap, s->stream, s->stream_len, ROOM, again, &len2, &used2);
        CHECK((stop == PC_INFLATE_END) == (status == PC_OK) && pc_inflate_message(state) == message);
        if (status == PC_OK) CHECK(used == used2 && len == len2 && memcmp(out, again, len) == 0);
        s->stream[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(out);
    free(again);
}

/* ---- single facts ---- */

static void expect(pc_wrap wrap, const char *hex, const char *message)
{
    uint8_t src[256], dst[400];
    size_t n = strlen(hex) / 2, len, used;
    for (size_t i = 0; i < n; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], 0};
        src[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    for (int tier = 0; tier < n_tiers; tier++) {
        whole(&tiers[tier], wrap, src, n, sizeof dst, dst, &len, &used);
        const char *got = pc_inflate_message(state);
        CHECK(message == NULL ? got == NULL : got != NULL && strcmp(got, message) == 0);
    }
}

static void test_messages(void)
{
    expect(PC_WRAP_ZLIB, "0000", "unknown compression method");
    expect(PC_WRAP_ZLIB, "0001", "incorrect header check");
    expect(PC_WRAP_ZLIB, "1f8b0800", "incorrect header check");
    expect(PC_WRAP_GZIP, "789c", "incorrect header check");
    expect(PC_WRAP_ZLIB, "7785", "unknown compression method");
    expect(PC_WRAP_ZLIB, "881c", "invalid window size");
    expect(PC_WRAP_GZIP, "1f8b0700", "unknown compression method");
    expect(PC_WRAP_AUTO, "1f8b0880", "unknown header flags set");
    expect(PC_WRAP_GZIP, "1f8b08020000000000ff1d27", "header crc mismatch");
    expect(PC_WRAP_RAW, "06", "invalid block type");
    expect(PC_WRAP_RAW, "0101000000", "invalid stored block lengths");
    expect(PC_WRAP_RAW, "fc0000", "too many length or distance symbols");
    expect(PC_WRAP_RAW, "0400fe", NULL); /* not all there yet */
    expect(PC_WRAP_RAW, "0400fe000000000000", "invalid code lengths set");
    expect(PC_WRAP_RAW, "04002449", NULL);
    expect(PC_WRAP_RAW, "0400244900", "invalid bit length repeat");
    expect(PC_WRAP_RAW, "04002449e9ffff", "invalid bit length repeat");
    expect(PC_WRAP_RAW, "037e", "invalid distance code");
    expect(PC_WRAP_RAW, "0306", NULL);
    expect(PC_WRAP_RAW, "1b0700", "invalid literal/length code");
    expect(PC_WRAP_RAW, "030200", "invalid distance too far back");
    expect(PC_WRAP_ZLIB, "789c030000000002", "incorrect data check");
    expect(PC_WRAP_GZIP, "1f8b08000000000000030300000000000100000000", "incorrect length check");
    expect(PC_WRAP_GZIP, "1f8b080000000000000303000000000100000000", "incorrect data check");
}

/* Incomplete codes: a single distance code of one bit passes until its other half is met. */
static void test_incomplete(void)
{
    for (unsigned used = 0; used < 2; used++) {
        for (unsigned n_codes = 0; n_codes < 2; n_codes++) {
            uint8_t bytes[400], out[400];
            size_t len, taken;
            writer w = {bytes, 0};
            code litlen = {{0}, {0}}, dist = {{0}, {0}};
            litlen.lengths['a'] = litlen.lengths[PC_END_OF_BLOCK] = 2;
            litlen.lengths[PC_FIRST_LENGTH] = 1;
            assign_codes(&litlen, PC_LITLEN_SYMBOLS);
            dist.lengths[0] = (uint8_t)n_codes;
            put_header(&w, 1, &litlen, PC_LITLEN_SYMBOLS, &dist, 1);
            put_symbol(&w, &litlen, 'a');
            put_symbol(&w, &litlen, PC_FIRST_LENGTH);
            put(&w, used, 1);
            put_symbol(&w, &litlen, PC_END_OF_BLOCK);
            align(&w);
            put(&w, 0, 64); /* long enough for the fast loop */
            put(&w, 0, 64);
            put(&w, 0, 64);
            for (int tier = 0; tier < n_tiers; tier++) {
                for (size_t cap = 4; cap <= 400; cap += 396) {
                    pc_status status =
                        whole(&tiers[tier], PC_WRAP_RAW, bytes, w.bits / 8, cap, out, &len, &taken);
                    if (n_codes == 1 && used == 0) {
                        CHECK(status == PC_OK && len == 4 && memcmp(out, "aaaa", 4) == 0);
                    } else {
                        CHECK(status == PC_ERR_CORRUPT && len == 1);
                        CHECK(strcmp(pc_inflate_message(state), "invalid distance code") == 0);
                    }
                }
            }
        }
    }
}

/* A match that begins in the dictionary; a wrong and a missing one. */
static void test_dictionary(void)
{
    uint8_t bytes[64], out[16], dict[5] = "hallo", *at = out;
    for (int zlib = 0; zlib < 2; zlib++) {
        code litlen, dist;
        writer w = {bytes, 0};
        if (zlib) put(&w, 0xbb78, 16);
        uint32_t sum = pc_adler32(&tiers[0], 1, dict, 5);
        for (unsigned i = 4; zlib && i-- > 0;) put(&w, sum >> 8 * i & 0xff, 8);
        fixed_codes(&litlen, &dist);
        put(&w, 3, 3);
        put_symbol(&w, &litlen, PC_FIRST_LENGTH + 4); /* 7 bytes, 5 back */
        put_symbol(&w, &dist, 4);
        put(&w, 0, 1);
        put_symbol(&w, &litlen, PC_END_OF_BLOCK);
        align(&w);
        sum = pc_adler32(&tiers[0], 1, "halloha", 7);
        for (unsigned i = 4; zlib && i-- > 0;) put(&w, sum >> 8 * i & 0xff, 8);
        const uint8_t *src = bytes, *end = bytes + w.bits / 8;
        at = out;
        CHECK(pc_inflate_init(state, zlib ? PC_WRAP_ZLIB : PC_WRAP_RAW, 0) == PC_OK);
        if (zlib) {
            CHECK(pc_inflate_set_dictionary(&tiers[0], state, dict, 5) == PC_ERR_PARAM);
            CHECK(pc_inflate_run(&tiers[0], state, &src, end, out, &at, out + 16) == PC_INFLATE_DICT);
            CHECK(pc_inflate_set_dictionary(&tiers[0], state, dict, 4) == PC_ERR_CHECKSUM);
        }
        CHECK(pc_inflate_set_dictionary(&tiers[0], state, dict, 5) == PC_OK);
        CHECK(pc_inflate_run(&tiers[0], state, &src, end, out, &at, out + 16) == PC_INFLATE_END);
        CHECK(src == end && at == out + 7 && memcmp(out, "halloha", 7) == 0);
    }
}

static void test_params(void)
{
    uint8_t byte = 3;
    size_t used, len;
    CHECK(pc_inflate_init(state, PC_WRAP_RAW, 7) == PC_ERR_PARAM);
    CHECK(pc_inflate_init(state, PC_WRAP_RAW, 16) == PC_ERR_PARAM);
    CHECK(pc_inflate_init(state, (pc_wrap)4, 15) == PC_ERR_PARAM);
    CHECK(pc_inflate_whole(&tiers[0], state, PC_WRAP_RAW, &byte, 0, &used, &byte, 0, &len) ==
          PC_ERR_TRUNCATED);
}

int main(void)
{
    uint64_t seed = 1;
    n_tiers = check_tables(tiers);
    state = malloc(pc_inflate_size());
    test_params();
    test_messages();
    test_incomplete();
    test_dictionary();
    for (unsigned i = 0; i < 96; i++) {
        size_t n = i % 8 == 7 ? 40000 + check_random(&seed) % 60000 : check_random(&seed) % 3000;
        sample s = random_sample(&seed, n, (pc_wrap)(i % 4));
        check_sample(&seed, &s);
        if (n < 300) check_damage(&seed, &s);
        free_sample(&s);
    }
    free(state);
    return CHECK_RESULT();
}
