/* What the drivers of bare streams share with those of blocks. */
#ifndef PC_PREDICT_ADPCM_WAV_H
#define PC_PREDICT_ADPCM_WAV_H

#include "pycomp/adpcm.h"

/* Lanes set up at a time: the widest vector's. */
enum { PC_IMA_BATCH = 64 };

/* Samples that make no whole word; an odd one's byte is filled with 0. */
void pc_ima_decode_rest(struct pc_ima_lane *lane, size_t n, const struct pc_ima_layout *layout);
void pc_ima_encode_rest(struct pc_ima_lane *lane, size_t n, const struct pc_ima_layout *layout);

#endif
