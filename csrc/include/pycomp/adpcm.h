/* ADPCM: IMA's four bits a sample, as WAV blocks and as bare streams; and an adaptive quantiser of two to
 * five bits. 16-bit samples throughout. */
#ifndef PYCOMP_ADPCM_H
#define PYCOMP_ADPCM_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PC_IMA_LAST_STEP = 88, /* the last of the 89 step sizes */
    PC_IMA_MAX_CHANNELS = 65535
};

/* One channel of one block, or one stream: what is read, what is written, and the state of its coder. */
struct pc_ima_lane {
    const uint8_t *from; /* decoding: bytes of two codes; encoding: samples, of any alignment */
    uint8_t *to;         /* the other way round */
    int32_t predictor;   /* in 16 bits */
    uint32_t index;      /* of the step size, at most PC_IMA_LAST_STEP */
};

/* How lanes lie in memory. A word is four bytes of codes, that is eight samples, side by side. */
struct pc_ima_layout {
    size_t word_step;   /* bytes from a word of codes to the lane's next */
    size_t sample_step; /* bytes from a sample to the lane's next */
    int high_first;     /* the first sample's code is in the high four bits: audioop's order, not WAV's */
};

/* WAV's format 0x11: blocks of block_size bytes. A block starts with, for each channel, its first sample, the
 * index of its step size and a byte of 0; words of codes follow, one a channel in turn. */
typedef struct pc_ima_wav {
    uint8_t *codes;   /* read when decoding */
    uint8_t *samples; /* frames of `channels` samples; read when encoding */
    size_t frames, block_size;
    unsigned channels;
} pc_ima_wav;

/* Frames of a block, 0 if no block has this size: it must be a multiple of 4 * channels. */
size_t pc_ima_block_frames(size_t block_size, unsigned channels);

/* Blocks [first, first + count), one thread, nothing shared: for use within other loops. Headers are known to
 * be good. `frames` may end within a block; encoding then repeats the last sample to the end of the block. */
void pc_ima_decode_blocks(const pc_kernels *kernels, const pc_ima_wav *wav, size_t first, size_t count);
void pc_ima_encode_blocks(const pc_kernels *kernels, const pc_ima_wav *wav, size_t first, size_t count);

/* Whole files of blocks. The decoder wants `size` bytes to hold the frames asked for, whose last block may
 * end early after any word. A header that names no step size: PC_ERR_CORRUPT, with the block, the channel and
 * the value in `where`, and nothing is written. Encoding writes whole blocks. */
pc_status pc_ima_wav_decode(const pc_kernels *kernels, const pc_ima_wav *wav, size_t size, unsigned threads,
                            size_t where[3]);
pc_status pc_ima_wav_encode(const pc_kernels *kernels, const pc_ima_wav *wav, unsigned threads);

/* Bare streams, n samples in (n + 1) / 2 bytes each, back to back; predictors and indexes are those before
 * and, on return, after. The spare half byte of an odd stream is written as 0. */
typedef struct pc_ima_streams {
    uint8_t *codes, *samples;
    int16_t *predictors;
    uint8_t *indexes;
    size_t count, n;
    int high_first;
} pc_ima_streams;

pc_status pc_ima_streams_decode(const pc_kernels *kernels, const pc_ima_streams *streams, unsigned threads);
pc_status pc_ima_streams_encode(const pc_kernels *kernels, const pc_ima_streams *streams, unsigned threads);

/* The adaptive quantiser of docs/design/0022-prediction.md over `count` lines of n samples: one code a byte,
 * in the low `bits` bits, 2 <= bits <= 5. */
pc_status pc_adq_encode(const int16_t *samples, uint8_t *codes, size_t count, size_t n, unsigned bits,
                        unsigned threads);
pc_status pc_adq_decode(const uint8_t *codes, int16_t *samples, size_t count, size_t n, unsigned bits,
                        unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
