/* What the writer sends from, of the backlog. */
#pragma once

#include "store/ingest/writer_source.h"

struct backlog;

/* `backlog` is borrowed. */
struct writer_source store_source(struct backlog *backlog);
