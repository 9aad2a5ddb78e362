/* Byte and bit planes: scalar twins, and the blocks of which the shuffles are made. */
#include <string.h>

#include "arch/variants.h"
#include "base/mem.h"
#include "transform/shuffle_common.h"
#include "transform/stream_common.h"

/* Bytes that are shuffled in L1 before they go around the cache: with as many that come next, half of an L1
 * of 32 KiB each. */
enum { AROUND = 16384 };

/* Likewise of bit planes, of which there are eight times as many. */
enum { BITS_AROUND = 65536 };

/* Bytes that leave before as many that come next are asked for: stores around the cache and reads then share
 * the memory instead of taking turns at it. 4 KiB at once are no better than none. */
enum { ASK = 512, LINE = 64 };

void pc_byte_split_scalar(const uint8_t *src, size_t n, size_t width, uint8_t *dst, size_t stride)
{
    if (width == 1 && n != 0) {
        memcpy(dst, src, n);
        return;
    }
    for (size_t b = 0; b < width; b++)
        for (size_t i = 0; i < n; i++) dst[b * stride + i] = src[i * width + b];
}

void pc_byte_merge_scalar(const uint8_t *src, size_t stride, size_t n, size_t width, uint8_t *dst)
{
    if (width == 1 && n != 0) {
        memcpy(dst, src, n);
        return;
    }
    for (size_t b = 0; b < width; b++)
        for (size_t i = 0; i < n; i++) dst[i * width + b] = src[b * stride + i];
}

/* An 8 x 8 matrix of bits turned about its diagonal, by swapping ever larger off-diagonal squares
 * (Warren, Hacker's Delight, 7-3). */
PC_INLINE uint64_t turn(uint64_t x)
{
    uint64_t t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aau;
    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & 0x0000cccc0000ccccu;
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0u;
    return x ^ t ^ (t << 28);
}

void pc_bit_split_scalar(const uint8_t *src, size_t n, uint8_t *dst, size_t stride)
{
    for (size_t i = 0; i < n / 8; i++) {
        uint64_t x = turn(pc_load64(src + 8 * i));
        for (unsigned b = 0; b < 8; b++) dst[b * stride + i] = (uint8_t)(x >> (8 * b));
    }
}

void pc_bit_merge_scalar(const uint8_t *src, size_t stride, size_t n, uint8_t *dst)
{
    for (size_t i = 0; i < n / 8; i++) {
        uint64_t x = 0;
        for (unsigned b = 0; b < 8; b++) x |= (uint64_t)src[b * stride + i] << (8 * b);
        pc_store64(dst + 8 * i, turn(x));
    }
}

/* Eight planes of bits for each plane of bytes in `room`; the bit planes of all elements are total / 8 long.
 */
static void split_bits(const pc_kernels *k, const uint8_t *room, size_t n, size_t first, size_t total,
                       size_t width, uint8_t *dst)
{
    size_t stride = total / 8;
    for (size_t b = 0; b < width; b++)
        k->bit_split(room + b * n, n, dst + 8 * b * stride + first / 8, stride);
}

/* Asks for n bytes at `from` of the first `end`, in L1. */
static void ask(const uint8_t *src, size_t from, size_t n, size_t end)
{
    for (size_t i = from; i < PC_MIN(from + n, end); i += LINE) PC_PREFETCH(src + i, 0, 3);
}

/* Bytes from p to the next line. Arrays seldom begin at one (numpy's are 16 bytes past a page), and a line of
 * which only a part is written around the cache is read first. */
static size_t to_line(const uint8_t *p) { return (LINE - (uintptr_t)p % LINE) % LINE; }

/* As byte_split and byte_merge, of any n, to memory around the cache. Blocks begin where a plane's line does.
 */
static void split_around(const pc_kernels *k, const uint8_t *src, size_t n, size_t width, uint8_t *dst,
                         size_t stride)
{
    uint8_t room[AROUND];
    const size_t whole = AROUND / width / LINE * LINE, lead = to_line(dst);
    for (size_t at = 0, some; at < n; at += some) {
        some = PC_MIN(at == 0 && lead != 0 ? lead : whole, n - at);
        k->byte_split(src + at * width, some, width, room, some);
        size_t next = (at + some) * width;
        for (size_t b = 0; b < width; b++) {
            uint8_t *to = dst + b * stride + at;
            for (size_t i = 0, count; i < some; i += count, next += count) {
                count = PC_MIN(ASK - (uintptr_t)(to + i) % LINE, some - i);
                ask(src, next, count, n * width);
                k->stream_copy(to + i, room + b * some + i, count);
            }
        }
    }
    k->stream_end();
}

static void merge_around(const pc_kernels *k, const uint8_t *src, size_t stride, size_t n, size_t width,
                         uint8_t *dst)
{
    uint8_t room[AROUND];
    for (size_t at = 0, some; at < n; at += some) {
        some = PC_MIN(AROUND / width, n - at);
        k->byte_merge(src + at, stride, some, width, room);
        k->stream_copy(dst + at * width, room, some * width);
    }
    k->stream_end();
}

/* Elements of a block of bits around the cache, in whole lines of planes: as many bytes as otherwise, but
 * runs of four lines, the shortest worth it, while the room holds them. */
static size_t bits_block(size_t width)
{
    const size_t most = BITS_AROUND / width, wanted = PC_MAX(AROUND / width, (size_t)8 * 4 * LINE);
    return PC_MAX(PC_MIN(most, wanted) / 512 * 512, (size_t)64);
}

/* Elements [first, end) of all bit planes, which are total / 8 long. */
static void split_bits_around(const pc_kernels *k, const uint8_t *src, size_t first, size_t end, size_t total,
                              size_t width, uint8_t *dst)
{
    uint8_t room[BITS_AROUND], bits[AROUND];
    size_t stride = total / 8;
    const size_t whole = bits_block(width), lead = PC_MIN(8 * to_line(dst + first / 8), whole);
    for (size_t at = first, some; at < end; at += some) {
        some = PC_MIN(at == first && lead != 0 ? lead : whole, end - at);
        k->byte_split(src + at * width, some, width, room, some);
        size_t run = some / 8, next = (at + some) * width;
        for (size_t b = 0; b < width; b++) {
            k->bit_split(room + b * some, some, bits, run);
            for (size_t bit = 0; bit < 8; bit++, next += run) {
                ask(src, next, run, end * width);
                k->stream_copy(dst + (8 * b + bit) * stride + at / 8, bits + bit * run, run);
            }
        }
    }
    k->stream_end();
}

static void merge_bits_around(const pc_kernels *k, const uint8_t *src, size_t first, size_t end, size_t total,
                              size_t width, uint8_t *dst)
{
    uint8_t room[BITS_AROUND];
    size_t stride = total / 8;
    for (size_t at = first, some; at < end; at += some) {
        some = PC_MIN(bits_block(width), end - at);
        for (size_t b = 0; b < width; b++)
            k->bit_merge(src + 8 * b * stride + at / 8, stride, some, room + b * some);
        merge_around(k, room, some, some, width, dst + at * width);
    }
}

void pc_shuffle_part(const pc_kernels *k, pc_shuffle_kind kind, const uint8_t *src, size_t first, size_t n,
                     size_t total, size_t width, uint8_t *dst)
{
    if (kind == PC_SHUFFLE_BYTE) {
        if (total * width < PC_STREAM_FROM)
            k->byte_split(src + first * width, n, width, dst + first, total);
        else
            split_around(k, src + first * width, n, width, dst + first, total);
        return;
    }
    uint8_t room[PC_SHUFFLE_ROOM];
    size_t whole = kind == PC_SHUFFLE_BIT ? total - total % 8 : total, end = PC_MIN(first + n, whole);
    size_t block = pc_shuffle_block(width), begin = first;
    if (kind == PC_SHUFFLE_BIT && total * width >= PC_STREAM_FROM && first < end) {
        split_bits_around(k, src, first, end, total, width, dst);
        begin = end;
    }
    for (size_t at = begin, some; at < end; at += some) {
        some = PC_MIN(block, end - at);
        k->byte_split(src + at * width, some, width, room, some);
        if (kind == PC_SHUFFLE_BIT) {
            split_bits(k, room, some, at, total, width, dst);
            continue;
        }
        for (size_t b = 0; b < width; b++) {
            uint8_t before = at == 0 ? 0 : src[(at - 1) * width + b];
            uint8_t *to = dst + b * total + at;
            to[0] = (uint8_t)(room[b * some] - before);
            k->delta_stream(room + b * some + 1, room + b * some, to + 1, some - 1, 1, PC_DELTA_SUB);
        }
    }
    if (first + n > whole) memcpy(dst + whole * width, src + whole * width, (total - whole) * width);
}

void pc_unshuffle_part(const pc_kernels *k, pc_shuffle_kind kind, const uint8_t *src, size_t first, size_t n,
                       size_t total, size_t width, uint8_t *dst, uint8_t *ends)
{
    if (kind == PC_SHUFFLE_BYTE) {
        if (total * width < PC_STREAM_FROM)
            k->byte_merge(src + first, total, n, width, dst + first * width);
        else
            merge_around(k, src + first, total, n, width, dst + first * width);
        return;
    }
    uint8_t room[PC_SHUFFLE_ROOM + PC_SHUFFLE_MAX_WIDTH];
    size_t whole = kind == PC_SHUFFLE_BIT ? total - total % 8 : total, end = PC_MIN(first + n, whole);
    size_t block = pc_shuffle_block(width), begin = first;
    if (kind == PC_SHUFFLE_BIT && total * width >= PC_STREAM_FROM && first < end) {
        merge_bits_around(k, src, first, end, total, width, dst);
        begin = end;
    }
    for (size_t at = begin, some; at < end; at += some) {
        some = PC_MIN(block, end - at);
        if (kind == PC_SHUFFLE_BIT) {
            size_t stride = total / 8;
            for (size_t b = 0; b < width; b++)
                k->bit_merge(src + 8 * b * stride + at / 8, stride, some, room + b * some);
            k->byte_merge(room, some, some, width, dst + at * width);
            continue;
        }
        for (size_t b = 0; b < width; b++) { /* each plane behind the byte that its sums go on from */
            uint8_t *sums = room + b * (some + 1) + 1;
            sums[-1] = ends[b];
            k->delta_scan(src + b * total + at, sums, some, 1, 1, PC_DELTA_ADD);
            ends[b] = sums[some - 1];
        }
        k->byte_merge(room + 1, some + 1, some, width, dst + at * width);
    }
    if (first + n > whole) memcpy(dst + whole * width, src + whole * width, (total - whole) * width);
}
