/* Codes as DEFLATE sends them: canonical, and the bits of each reversed. */
#include "deflate/deflate_codes.h"

#include <string.h>

#include "deflate/deflate_common.h"
#include "entropy/code_lengths.h"

enum { LIMIT = PC_CODE_LIMIT };

void pc_block_lengths(const uint32_t *counts, unsigned n, unsigned limit, uint8_t *lengths)
{
    if (pc_code_lengths(counts, n, limit, lengths) > 1) return;
    if (lengths[0] == 0) {
        lengths[0] = 1;
        for (unsigned s = 1; s < n; s++)
            if (lengths[s] != 0) return;
    }
    lengths[1] = 1;
}

static uint16_t reverse(uint32_t code, unsigned length)
{
    code = (code & 0x5555u) << 1 | (code >> 1 & 0x5555u);
    code = (code & 0x3333u) << 2 | (code >> 2 & 0x3333u);
    code = (code & 0x0f0fu) << 4 | (code >> 4 & 0x0f0fu);
    code = (code & 0x00ffu) << 8 | (code >> 8 & 0x00ffu);
    return (uint16_t)(code >> (16 - length));
}

void pc_code_words(const uint8_t *lengths, unsigned n, uint16_t *words)
{
    uint32_t count[2][LIMIT + 1] = {{0}}, next[LIMIT + 1], code = 0;
    unsigned live = 0;
    uint16_t symbols[PC_LITLEN_CODES];
    memset(words, 0, n * sizeof *words);
    for (unsigned s = 0; s < n; s++) { /* without a branch, as the absent ones are anywhere */
        symbols[live] = (uint16_t)s;
        live += lengths[s] != 0;
    }
    for (unsigned i = 0; i < live; i++) count[i % 2][lengths[symbols[i]]]++;
    next[0] = 0;
    for (unsigned length = 1; length <= LIMIT; length++) {
        code = (code + count[0][length - 1] + count[1][length - 1]) << 1;
        next[length] = code;
    }
    for (unsigned i = 0; i < live; i++) {
        const unsigned length = lengths[symbols[i]];
        words[symbols[i]] = reverse(next[length]++, length);
    }
}
