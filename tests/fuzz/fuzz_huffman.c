/* Huffman: the input as a section (its symbol count in the first two bytes), which the tabled and the
 * plain decoder must take or refuse alike; the same as a frame; and the input as data, there and back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pycomp/frame.h"
#include "pycomp/huffman.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *block(size_t n)
{
    uint8_t *p = malloc(n == 0 ? 1 : n);
    if (p == NULL) abort();
    memset(p, 0, n);
    return p;
}

static void decode_section(const uint8_t *data, size_t size)
{
    size_t n = 1u + data[0] + 256u * data[1];
    uint8_t *a = block(n), *b = block(n);
    pc_status tabled = pc_huffman_decode(data + 2, size - 2, a, n);
    pc_status plain = pc_huffman_decode_plain(data + 2, size - 2, b, n);
    if (tabled != plain || (tabled == PC_OK && memcmp(a, b, n) != 0)) abort();
    free(b);
    free(a);
}

static void decode_frame(const pc_kernels *kernels, const uint8_t *data, size_t size)
{
    size_t n = 0;
    if (pc_frame_length(PC_FRAME_HUFFMAN, data, size, &n) != PC_OK || n > 1u << 22) return;
    uint8_t *dst = block(n);
    (void)pc_frame_decode(kernels, PC_FRAME_HUFFMAN, data, size, dst, n);
    free(dst);
}

static void round_trip(const pc_kernels *kernels, const uint8_t *data, size_t size, unsigned limit)
{
    size_t cap = pc_huffman_bound(size), len = 0;
    uint8_t *dst = block(cap), *back = block(size);
    if (pc_huffman_encode(kernels, data, size, limit, dst, cap, &len) != PC_OK || len > cap) abort();
    if (pc_huffman_decode(dst, len, back, size) != PC_OK || memcmp(data, back, size) != 0) abort();
    free(back);
    free(dst);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pc_kernels kernels;
    pc_kernels_fill(&kernels, pc_isa_detect());
    if (size < 3) return 0;
    decode_section(data, size);
    decode_frame(&kernels, data, size);
    round_trip(&kernels, data, size, 8u + data[0] % 8u);
    return 0;
}
