/* Palettes: arrays of at most 256 distinct values, such as integers dequantised with one scale. Encode
 * side only. */
#ifndef PC_TENSOR_PALETTE_H
#define PC_TENSOR_PALETTE_H

#include "tensor/sample.h"

/* Finds the palette of the whole array and puts it in the model, or returns 0 as soon as there are too
 * many values, which for ordinary arrays is at once. An array too small to pay for the palette has none. */
int pc_palette_find(pc_tensor_model *model, const uint8_t *data, const pc_sample *sample);

/* The numbers of n elements in the model's palette, which must hold them all. */
void pc_palette_symbols(const pc_tensor_model *model, const uint8_t *elements, size_t n, uint8_t *symbols);

#endif
