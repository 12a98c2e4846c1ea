/* What the writer asks the journal of its runs. */
#pragma once

#include "store/ingest/session.h"

struct journal;

/* The journal is borrowed. */
struct ingest_lineage store_lineage(struct journal *journal);
