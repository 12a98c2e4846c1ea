/* Random reports, of every legal group, with names that are hard to write. random_seed() begins. */
#pragma once

#include "test/unit/protocol/analytics/answer_subject.h"

void random_report(struct subject *subject);

/* One after the other: by each metric and each column of the report, up and down. Returns false
 * behind the last. */
bool next_order(struct subject *subject, int order);
