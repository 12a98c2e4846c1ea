/* The names of a journal's segments, and what is done with a segment by its name: its number in 16
 * hexadecimal digits, then `.journal`. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "store/journal/format.h"

struct directory;

enum { SEGMENT_NAME_SIZE = 32 };

void segment_name_write(uint64_t number, char name[static SEGMENT_NAME_SIZE]);

/* The numbers of the segments in a directory, ascending; the caller frees them with free(). Returns
 * 0, or -1 with errno: then there is none to free. */
int segment_names_list(const struct directory *directory, uint64_t **numbers, size_t *count);

/* As openat() and unlinkat() do it. A new segment is made with O_CREAT in `flags`. */
int segment_name_open(const struct directory *directory, uint64_t number, int flags);
int segment_name_remove(const struct directory *directory, uint64_t number);

/* Reads its header; one that can't be read is damaged. */
enum header_state segment_name_read_header(const struct directory *directory, uint64_t number,
                                           struct segment_header *header);
