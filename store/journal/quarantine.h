/* What of the journal is no records, or can't be read: kept beside it under another name, reported
 * and counted, for whoever wants to look. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct segment;
struct segments;

/* Copies bytes that are no records to a file of their own, reports and counts them. Returns false
 * when there is no room for the copy. */
bool quarantine_range(struct segments *segments, const struct segment *segment, int fd,
                       uint64_t from, uint64_t to, bool is_tail);

/* A segment that can't be opened is passed over: its file, if there is one, is renamed for whoever
 * can still read it, and it is counted as damaged. */
void quarantine_segment(struct segments *segments, struct segment *segment);
