/* Stands in for store/database/migration.c: the test says how it ends. */
#pragma once

#include <stdbool.h>

#include "protocol/result.h"

/* As before the first one; again after a connection is lost over one. */
void fake_migration_reset(void);

bool fake_migration_is_running(void);

/* Ends the one that runs; `reason` unless `result` is RESULT_OK. */
void fake_migration_finish(enum result result, const char *reason);
