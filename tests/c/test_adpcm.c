/* IMA ADPCM: the kernels of every tier against a plain definition, in every layout and number of lanes;
 * blocks and streams there and back; lying headers. The adaptive quantiser there and back. */
#include "check.h"
#include "predict/adpcm_common.h"

static pc_kernels tiers[3];
static int n_tiers;

/* Sines of all loudnesses, with jumps between the extremes. */
static void fill_samples(uint64_t *seed, int16_t *samples, size_t n)
{
    int32_t level = 0, speed = 1;
    for (size_t i = 0; i < n; i++) {
        uint64_t r = check_random(seed);
        if (r % 97 == 0) speed = 1 << (r >> 8) % 16;
        level += (int32_t)(r >> 32) % (2 * speed);
        samples[i] = r % 61 == 0 ? (r & 64 ? 32767 : -32768) : (int16_t)level;
    }
}

static void by_the_book(const uint8_t *codes, int16_t *samples, size_t n, size_t step, int high_first,
                        int32_t *predictor, int32_t *index)
{
    for (size_t i = 0; i < n; i++) {
        unsigned code = codes[i / 2] >> ((i & 1) == (size_t)high_first ? 0 : 4) & 15;
        int32_t size = pc_ima.steps[*index], distance = size >> 3;
        if (code & 4) distance += size;
        if (code & 2) distance += size >> 1;
        if (code & 1) distance += size >> 2;
        *predictor += code & 8 ? -distance : distance;
        if (*predictor > 32767) *predictor = 32767;
        if (*predictor < -32768) *predictor = -32768;
        *index += (code & 7) < 4 ? -1 : 2 * (int32_t)(code & 7) - 6;
        if (*index < 0) *index = 0;
        if (*index > 88) *index = 88;
        samples[i * step] = (int16_t)*predictor;
    }
}

/* n lanes of `words` words, `together` of them interleaved. */
static void test_kernel(uint64_t *seed, size_t n, size_t words, size_t together, int high_first)
{
    size_t count = n * words * 8;
    struct pc_ima_layout layout = {4 * together, 2 * together, high_first};
    uint8_t *codes = check_random_bytes(check_random(seed), n * words * 4), *out = check_alloc(n * words * 4);
    uint8_t *want = check_alloc(count * 2), *got = check_alloc(count * 2),
            *first = check_alloc(n * words * 4);
    struct pc_ima_lane lanes[200], before[200];
    for (size_t i = 0; i < n; i++) {
        size_t base = i / together * words * together;
        before[i].from = codes + 4 * (base + i % together);
        before[i].to = got + 16 * base + 2 * (i % together);
        before[i].predictor = (int16_t)check_random(seed);
        before[i].index = (uint32_t)(check_random(seed) % 89);
    }
    for (int t = 0; t < n_tiers; t++) {
        memcpy(lanes, before, sizeof lanes);
        memset(got, 0, count * 2);
        tiers[t].ima_decode(lanes, n, words, &layout);
        for (size_t i = 0; i < n; i++) {
            int32_t predictor = before[i].predictor, index = (int32_t)before[i].index;
            for (size_t w = 0; w < words; w++)
                by_the_book(before[i].from + w * layout.word_step,
                            (int16_t *)(void *)(want + (before[i].to - got)) + w * 8 * together, 8, together,
                            high_first, &predictor, &index);
            CHECK(lanes[i].predictor == predictor && lanes[i].index == (uint32_t)index);
            CHECK(lanes[i].from == before[i].from + words * layout.word_step);
            CHECK(lanes[i].to == before[i].to + 8 * words * layout.sample_step);
        }
        CHECK(memcmp(want, got, count * 2) == 0);
    }
    fill_samples(seed, (int16_t *)(void *)want, count);
    for (int t = 0; t < n_tiers; t++) {
        for (size_t i = 0; i < n; i++) {
            lanes[i] = before[i];
            lanes[i].from = want + (before[i].to - got), lanes[i].to = out + (before[i].from - codes);
        }
        tiers[t].ima_encode(lanes, n, words, &layout);
        if (t == 0) memcpy(first, out, n * words * 4);
        CHECK(memcmp(first, out, n * words * 4) == 0);
        /* The decoder arrives where the encoder did. */
        struct pc_ima_lane again[200];
        for (size_t i = 0; i < n; i++)
            again[i] = before[i], again[i].from = lanes[i].to - words * layout.word_step;
        tiers[t].ima_decode(again, n, words, &layout);
        for (size_t i = 0; i < n; i++)
            CHECK(again[i].predictor == lanes[i].predictor && again[i].index == lanes[i].index);
    }
    check_free(codes, n * words * 4);
    check_free(out, n * words * 4);
    check_free(first, n * words * 4);
    check_free(want, count * 2);
    check_free(got, count * 2);
}

static void test_wav(uint64_t *seed, size_t frames, unsigned channels, size_t block_size)
{
    size_t whole = pc_ima_block_frames(block_size, channels), blocks = (frames + whole - 1) / whole;
    size_t size = blocks * block_size, bytes = frames * channels * 2, where[3];
    uint8_t *samples = check_alloc(bytes), *codes = check_alloc(size), *first = check_alloc(size);
    uint8_t *back = check_alloc(bytes), *kept = check_alloc(bytes);
    fill_samples(seed, (int16_t *)(void *)samples, bytes / 2);
    for (int t = 0; t < n_tiers; t++)
        for (unsigned threads = 1; threads <= 2; threads++) {
            pc_ima_wav wav = {codes, samples, frames, block_size, channels};
            CHECK(pc_ima_wav_encode(&tiers[t], &wav, threads) == PC_OK);
            if (t == 0 && threads == 1 && size != 0) memcpy(first, codes, size);
            CHECK(size == 0 || memcmp(first, codes, size) == 0);
            wav.samples = back;
            CHECK(pc_ima_wav_decode(&tiers[t], &wav, size, threads, where) == PC_OK);
            if (t == 0 && threads == 1 && bytes != 0) memcpy(kept, back, bytes);
            CHECK(bytes == 0 || memcmp(kept, back, bytes) == 0);
            if (size == 0) continue;
            /* The last block may end after the last word it needs, and not sooner. */
            size_t rest = (frames - 1) % whole, need = (1 + (rest + 7) / 8) * 4 * channels;
            size_t least = (blocks - 1) * block_size + need;
            CHECK(pc_ima_wav_decode(&tiers[t], &wav, least, threads, where) == PC_OK);
            CHECK(pc_ima_wav_decode(&tiers[t], &wav, least - 1, threads, where) == PC_ERR_TRUNCATED);
            size_t block = blocks / 2, channel = channels - 1;
            codes[block * block_size + channel * 4 + 2] = 89;
            CHECK(pc_ima_wav_decode(&tiers[t], &wav, size, threads, where) == PC_ERR_CORRUPT);
            CHECK(where[0] == block && where[1] == channel && where[2] == 89);
        }
    check_free(samples, bytes);
    check_free(codes, size);
    check_free(first, size);
    check_free(back, bytes);
    check_free(kept, bytes);
}

static void test_streams(uint64_t *seed, size_t count, size_t n, int high_first)
{
    size_t bytes = count * n * 2, size = count * ((n + 1) / 2);
    uint8_t *samples = check_alloc(bytes), *codes = check_alloc(size), *back = check_alloc(bytes),
            *first = check_alloc(size);
    fill_samples(seed, (int16_t *)(void *)samples, bytes / 2);
    for (int t = 0; t < n_tiers; t++) {
        int16_t predictors[150] = {0}, ends[150];
        uint8_t indexes[150] = {0};
        pc_ima_streams streams = {codes, samples, predictors, indexes, count, n, high_first};
        CHECK(pc_ima_streams_encode(&tiers[t], &streams, 2) == PC_OK);
        if (t == 0 && size != 0) memcpy(first, codes, size);
        CHECK(size == 0 || memcmp(first, codes, size) == 0);
        memcpy(ends, predictors, sizeof ends);
        memset(predictors, 0, sizeof predictors);
        memset(indexes, 0, sizeof indexes);
        streams.samples = back;
        CHECK(pc_ima_streams_decode(&tiers[t], &streams, 2) == PC_OK);
        CHECK(memcmp(ends, predictors, sizeof ends) == 0);
        for (size_t i = 0; i < count && n != 0; i++) {
            int16_t last;
            memcpy(&last, back + ((i + 1) * n - 1) * 2, 2);
            CHECK(last == ends[i]);
        }
    }
    check_free(samples, bytes);
    check_free(codes, size);
    check_free(first, size);
    check_free(back, bytes);
}

int main(void)
{
    static const size_t lanes[] = {1, 2, 3, 7, 8, 16, 31, 32, 63, 64, 65, 128, 200};
    static const size_t frames[] = {0, 1, 2, 8, 9, 10, 57, 505, 506, 1010, 20000};
    uint64_t seed = 11;
    n_tiers = check_tables(tiers);
    for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++)
        for (size_t words = 1; words <= 40; words *= 3)
            for (int high_first = 0; high_first < 2; high_first++) {
                test_kernel(&seed, lanes[i], words, 1, high_first);
                if (lanes[i] % 2 == 0) test_kernel(&seed, lanes[i], words, 2, high_first);
                test_kernel(&seed, lanes[i], words, lanes[i], high_first);
            }
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
        for (unsigned channels = 1; channels <= 70; channels += channels < 3 ? 1 : 67) {
            test_wav(&seed, frames[i], channels, 4 * (size_t)channels);
            test_wav(&seed, frames[i], channels, 8 * (size_t)channels);
            test_wav(&seed, frames[i], channels, 256 * (size_t)channels);
        }
    for (size_t i = 0; i < sizeof frames / sizeof *frames - 1; i++)
        for (size_t count = 0; count <= 150; count = 3 * count + 1)
            for (int high_first = 0; high_first < 2; high_first++)
                test_streams(&seed, count, frames[i], high_first);
    CHECK(pc_ima_block_frames(256, 1) == 505 && pc_ima_block_frames(2048, 2) == 2041);
    CHECK(pc_ima_block_frames(0, 1) == 0 && pc_ima_block_frames(6, 1) == 0 &&
          pc_ima_block_frames(12, 2) == 0 && pc_ima_block_frames(64, 0) == 0);
    return CHECK_RESULT();
}
