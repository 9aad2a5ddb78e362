/* Limits shared by more than one layer; each format states its own beside its fields. */
#ifndef PC_BASE_LIMITS_H
#define PC_BASE_LIMITS_H

/* Fast loops may read this many bytes past the live end of a workspace buffer and write as many
 * past its last element: one 64-byte vector. Workspace sizes include it; caller buffers never do. */
#define PC_SLACK 64u

#endif
