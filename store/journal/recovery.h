/* What earlier runs left of a journal: lists its segments, and closes those that were not. */
#pragma once

#include <stdbool.h>

#include "protocol/result.h"

struct segment;
struct segments;

/*
 * Lists what earlier runs left. A segment that was not closed is read through: a torn tail is cut
 * (a copy is kept), the unused rest given back, and it is closed. One that the disk does not give
 * is listed as unread. Returns RESULT_INVALID when one is of a later version, RESULT_FAILED when
 * one can't be opened for a reason that somebody can mend: it would be passed over for good.
 */
MUST_CHECK enum result recovery_load(struct segments *segments, struct error *error);

/* One that could not be opened when it was listed can be now: takes in what its file tells of it.
 * Returns false when it is not this journal's, or still can't be looked at. */
bool recovery_look_again(struct segments *segments, struct segment *segment, int fd);
