/* The databases: where events are stored, and where analytics are asked, which may be a replica. */
#pragma once

#include <stdbool.h>

#include "protocol/result.h"
#include "store/database/target.h"

struct store_targets {
    struct db_target writing;
    struct db_target reading; /* unused unless: */
    bool has_reading;
};

/* Reads DB_CONN and DB_READ_CONN (NULL = not set: the same database). Returns RESULT_INVALID with
 * an error that names the variable. Clear in any case. */
MUST_CHECK enum result store_targets_init(struct store_targets *targets, const char *db_conn,
                                          const char *db_read_conn, struct error *error);
/* Replaces DB_CONN's, for connections to come. Returns RESULT_INVALID with an error, and leaves it.
 */
MUST_CHECK enum result store_targets_replace(struct store_targets *targets, const char *db_conn,
                                             struct error *error);
void store_targets_clear(struct store_targets *targets);

const struct db_target *store_targets_reading(const struct store_targets *targets);
