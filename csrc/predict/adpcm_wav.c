/* Blocks of WAV's IMA ADPCM, and bare streams, as lanes of the kernels.
 *
 * Blocks depend on nothing before them, so all channels of many blocks go side by side. The step size a block
 * starts with is the encoder's choice: taking the last block's would chain them. Ours is the first step that
 * reaches the mean difference of the block's first samples, which is nearer to what the block needs than 0.
 */
#include "base/alloc.h"
#include "base/checked.h"
#include "base/mem.h"
#include "predict/adpcm_common.h"
#include "predict/adpcm_wav.h"

enum {
    HEADER = 4, /* bytes a channel */
    WORD = 8,   /* samples of a word */
    /* Differences that choose the first step: two words, some 2 ms of speech. */
    LOOK = 16
};

size_t pc_ima_block_frames(size_t block_size, unsigned channels)
{
    size_t unit = (size_t)HEADER * channels;
    if (channels == 0 || channels > PC_IMA_MAX_CHANNELS || block_size % unit != 0 || block_size == 0)
        return 0;
    return (block_size / unit - 1) * WORD + 1;
}

static int16_t sample_at(const uint8_t *p)
{
    int16_t sample;
    memcpy(&sample, p, sizeof sample);
    return sample;
}

static uint32_t first_index(const uint8_t *samples, size_t step, size_t n)
{
    uint32_t sum = 0, count = (uint32_t)PC_MIN(n - 1, (size_t)LOOK), index = 0;
    for (size_t i = 0; i < count; i++) {
        int32_t d = sample_at(samples + (i + 1) * step) - sample_at(samples + i * step);
        sum += (uint32_t)(d < 0 ? -d : d);
    }
    while (index < PC_IMA_LAST_STEP && (uint32_t)pc_ima.steps[index] * count < sum) index++;
    return index;
}

void pc_ima_decode_rest(struct pc_ima_lane *lane, size_t n, const struct pc_ima_layout *layout)
{
    for (size_t i = 0; i < n; i++) {
        unsigned shift = (i & 1) == (layout->high_first != 0) ? 0 : 4;
        int16_t sample = (int16_t)pc_ima_decode_sample(lane, lane->from[i / 2] >> shift & 15);
        memcpy(lane->to + i * layout->sample_step, &sample, sizeof sample);
    }
}

void pc_ima_encode_rest(struct pc_ima_lane *lane, size_t n, const struct pc_ima_layout *layout)
{
    for (size_t i = 0; i < n; i++) {
        unsigned shift = (i & 1) == (layout->high_first != 0) ? 0 : 4;
        unsigned code = pc_ima_encode_sample(lane, sample_at(lane->from + i * layout->sample_step));
        lane->to[i / 2] = (uint8_t)((i & 1 ? lane->to[i / 2] : 0) | code << shift);
    }
}

/* Asks for the memory of samples to come, in its own order: the lanes then write into it in as many places as
 * there are blocks, which no processor foresees, and would wait for each. Half as fast without it in the
 * worst case. */
static void fetch(const uint8_t *from, const uint8_t *to)
{
    for (; from < to; from += PC_ALIGNMENT) PC_PREFETCH(from, 1, 3);
}

/* Lanes [first, first + n), a lane a channel of a block of `frames` frames. */
static void decode_some(const pc_kernels *k, const pc_ima_wav *wav, const struct pc_ima_layout *layout,
                        size_t first, size_t n, size_t frames)
{
    struct pc_ima_lane lanes[PC_IMA_BATCH];
    size_t whole = pc_ima_block_frames(wav->block_size, wav->channels);
    for (size_t i = 0; i < n; i++) {
        size_t block = (first + i) / wav->channels, channel = (first + i) % wav->channels;
        const uint8_t *head = wav->codes + block * wav->block_size + channel * HEADER;
        uint8_t *to = wav->samples + (block * whole * wav->channels + channel) * 2;
        int16_t sample = (int16_t)pc_load16(head);
        memcpy(to, &sample, sizeof sample);
        lanes[i] = (struct pc_ima_lane){head + layout->word_step, to + layout->sample_step, sample, head[2]};
    }
    const uint8_t *here = wav->samples + first / wav->channels * whole * wav->channels * 2;
    fetch(here, here + n * frames * 2);
    k->ima_decode(lanes, n, (frames - 1) / WORD, layout);
    for (size_t i = 0; i < n; i++) pc_ima_decode_rest(&lanes[i], (frames - 1) % WORD, layout);
}

/* The end of a block that the frames do not fill: the last sample again and again. */
static void fill(struct pc_ima_lane *lane, size_t left, size_t missing, const struct pc_ima_layout *layout)
{
    int16_t samples[WORD];
    for (size_t done = 0; done < left + missing; done += WORD) {
        struct pc_ima_lane word = *lane;
        const struct pc_ima_layout tight = {0, sizeof *samples, layout->high_first};
        for (size_t i = 0; i < WORD; i++) {
            size_t back =
                done + i < left ? 0 : done + i - left + 1; /* past the last of those that are left */
            samples[i] =
                sample_at(lane->from + (ptrdiff_t)(done + i - back) * (ptrdiff_t)layout->sample_step);
        }
        word.from = (const uint8_t *)samples;
        pc_ima_encode_rest(&word, WORD, &tight);
        lane->predictor = word.predictor, lane->index = word.index;
        lane->to += layout->word_step;
    }
}

static void encode_some(const pc_kernels *k, const pc_ima_wav *wav, const struct pc_ima_layout *layout,
                        size_t first, size_t n, size_t frames)
{
    struct pc_ima_lane lanes[PC_IMA_BATCH];
    size_t whole = pc_ima_block_frames(wav->block_size, wav->channels);
    for (size_t i = 0; i < n; i++) {
        size_t block = (first + i) / wav->channels, channel = (first + i) % wav->channels;
        uint8_t *head = wav->codes + block * wav->block_size + channel * HEADER;
        const uint8_t *from = wav->samples + (block * whole * wav->channels + channel) * 2;
        uint32_t index = first_index(from, layout->sample_step, frames);
        pc_store16(head, (uint16_t)sample_at(from));
        head[2] = (uint8_t)index, head[3] = 0;
        lanes[i] = (struct pc_ima_lane){from + layout->sample_step, head + layout->word_step, sample_at(from),
                                        index};
    }
    k->ima_encode(lanes, n, (frames - 1) / WORD, layout);
    for (size_t i = 0; frames != whole && i < n; i++)
        fill(&lanes[i], (frames - 1) % WORD, whole - frames, layout);
}

typedef void (*some_fn)(const pc_kernels *k, const pc_ima_wav *wav, const struct pc_ima_layout *layout,
                        size_t first, size_t n, size_t frames);

static void blocks(const pc_kernels *k, const pc_ima_wav *wav, size_t first, size_t count, some_fn some)
{
    const struct pc_ima_layout layout = {(size_t)HEADER * wav->channels, 2 * (size_t)wav->channels, 0};
    size_t whole = pc_ima_block_frames(wav->block_size, wav->channels);
    size_t full = PC_MIN(first + count, wav->frames / whole) * wav->channels, lane = first * wav->channels, n;
    for (; lane < full; lane += n) {
        n = PC_MIN((size_t)PC_IMA_BATCH, full - lane);
        some(k, wav, &layout, lane, n, whole);
    }
    /* The last block, where the frames end within it. */
    size_t end = (first + count) * wav->channels, rest = wav->frames % whole;
    for (; lane < end; lane += n) {
        n = PC_MIN((size_t)PC_IMA_BATCH, end - lane);
        some(k, wav, &layout, lane, n, rest);
    }
}

void pc_ima_decode_blocks(const pc_kernels *kernels, const pc_ima_wav *wav, size_t first, size_t count)
{
    blocks(kernels, wav, first, count, decode_some);
}

void pc_ima_encode_blocks(const pc_kernels *kernels, const pc_ima_wav *wav, size_t first, size_t count)
{
    blocks(kernels, wav, first, count, encode_some);
}
