/* Runs one fuzz target without a fuzzing engine, on any compiler: the empty input, every file named,
 * and of each file some truncations and single-bit flips, always the same ones. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Runs a copy that ends where its heap block ends, so that the sanitizer sees any overrun. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (copy == NULL) abort();
    if (size > 0) memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_around(uint8_t *data, size_t size)
{
    enum { CUTS = 64, FLIPS = 256 };
    run(data, size);
    size_t cuts = size < CUTS ? size : CUTS, flips = 8 * size < FLIPS ? 8 * size : FLIPS;
    for (size_t i = 0; i < cuts; i++) run(data, size * i / cuts);
    for (size_t i = 0; i < flips; i++) {
        size_t bit = 8 * size * i / flips + i % 8;
        if (bit >= 8 * size) break;
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        run(data, size);
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

int main(int argc, char **argv)
{
    run(NULL, 0);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
            perror(argv[i]);
            return 1;
        }
        long size = ftell(file);
        rewind(file);
        uint8_t *data = malloc((size_t)size + 1);
        if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) {
            perror(argv[i]);
            return 1;
        }
        fclose(file);
        run_around(data, (size_t)size);
        free(data);
    }
    printf("%-40s %d files\n", argv[0], argc - 1);
    return 0;
}
