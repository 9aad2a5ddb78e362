/* Level-ordered ("pivoted") Huffman: what encoder, decoder and kernels share.
 *
 * An ordinary Huffman code, but its bits are written tree node by tree node instead of symbol by
 * symbol (M. Zukowski, "PivCo-Huffman", arXiv 2606.05765; a wavelet tree without rank structures).
 * A node that n symbols reach stores n bits, one for each symbol in order: 0 if it goes to the lower
 * child, 1 if to the upper. Encoding partitions the list at each node, decoding merges the children's
 * lists under the node's mask: no serial chain of code lengths, so both scale with the vector width.
 *
 * Two things differ from the paper.
 *
 * - Flat leaves. A Huffman code fixes only the lengths, so the tree may be drawn at will. The n_l
 *   symbols of length l are cut by the set bits of n_l into complete subtrees of 2^w symbols; each
 *   becomes one leaf of depth l - w, in which a symbol is a w-bit integer. A symbol then costs one
 *   merge for each level *above* its leaf: for the exponent and top mantissa bits of trained weights
 *   2.5 merges instead of 4.6.
 * - Ranks. Leaves are numbered from left to right and symbols within them, giving each symbol a rank;
 *   the lower child of every node holds exactly the ranks below the node's threshold, so that one
 *   byte per symbol carries all an encoder needs.
 *
 * A list longer than PC_PIVOT_PIECE is cut into pieces that are coded one after the other. */
#ifndef PC_ENTROPY_PIVOT_COMMON_H
#define PC_ENTROPY_PIVOT_COMMON_H

#include "base/checked.h"
#include "base/limits.h"
#include "pycomp/pivot.h"

/* Contracts of the kernels (scalar twins in pivot_kernels.c). All may read and write up to PC_SLACK
 * bytes past the ends of the lists and masks named.
 *
 * pivot_partition(list, n, threshold, mask, upper): splits the ranks of list. Bit i of mask (bit i % 8
 *     of byte i / 8) is list[i] >= threshold; ceil(n / 8) bytes are written, unused bits 0. Ranks at or
 *     above the threshold go to upper, the others move down to the front of list; returns how many
 *     stay.
 * pivot_merge(mask, n, lower, upper, dst): the inverse. upper may be the tail of dst: if ones is the
 *     number of set bits, upper == dst + n - ones.
 * pivot_ones(mask, n): number of set bits among the first n. */

#endif
