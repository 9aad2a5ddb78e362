/* One line of the adaptive quantiser, for drivers that share lines out. */
#ifndef PC_PREDICT_ADPCM_ADAPTIVE_H
#define PC_PREDICT_ADPCM_ADAPTIVE_H

#include <stddef.h>
#include <stdint.h>

void pc_adq_encode_line(const int16_t *samples, uint8_t *codes, size_t n, unsigned bits);
void pc_adq_decode_line(const uint8_t *codes, int16_t *samples, size_t n, unsigned bits);

#endif
