/* Random reports, of every legal group, with names that are hard to write. random_seed() begins. */
#pragma once

#include "test/unit/protocol/analytics/asked.h"

void random_report(struct asked *asked);

/* Random events of what is asked, and names of placements, for a report that has none yet. */
void random_events(struct asked *asked);

/* One after the other: by each metric and each column of the report, up and down. Returns false
 * behind the last. */
bool next_order(struct asked *asked, int order);
