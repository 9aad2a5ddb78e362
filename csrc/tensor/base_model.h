/* The base part of a frame's model: shared by encoder and decoder. */
#ifndef PC_TENSOR_BASE_MODEL_H
#define PC_TENSOR_BASE_MODEL_H

#include "tensor/model.h"

/* Where the key lies, and the bits to flip in negative numbers for order. */
pc_base_layout pc_base_layout_of(const pc_tensor_model *model);

/* Makes class_of from first_key; false without memory. */
int pc_base_map(pc_tensor_model *model);

/* What a chunk remembers of its base. */
uint32_t pc_base_hash(const pc_kernels *kernels, const uint8_t *base, size_t size);

#endif
