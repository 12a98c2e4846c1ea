/* The databases. */
#include "store/targets.h"

static enum result read_target(struct db_target *target, const char *name, const char *conninfo,
                               struct error *error)
{
    struct error reason = {""};
    if (db_target_init(target, conninfo, &reason) == RESULT_OK)
        return RESULT_OK;
    return error_set(error, RESULT_INVALID, "%s: %s", name, reason.text);
}

enum result store_targets_init(struct store_targets *targets, const char *db_conn,
                               const char *db_read_conn, struct error *error)
{
    *targets = (struct store_targets){0};
    enum result result = read_target(&targets->writing, "DB_CONN", db_conn, error);
    if (result != RESULT_OK || db_read_conn == NULL)
        return result;
    result = read_target(&targets->reading, "DB_READ_CONN", db_read_conn, error);
    targets->has_reading = result == RESULT_OK;
    targets->reading.may_be_pooled = true;
    return result;
}

enum result store_targets_replace(struct store_targets *targets, const char *db_conn,
                                  struct error *error)
{
    struct db_target target;
    enum result result = read_target(&target, "DB_CONN", db_conn, error);
    if (result != RESULT_OK)
        return result;
    db_target_replace(&targets->writing, &target);
    return RESULT_OK;
}

void store_targets_clear(struct store_targets *targets)
{
    db_target_clear(&targets->writing);
    if (targets->has_reading)
        db_target_clear(&targets->reading);
}

const struct db_target *store_targets_reading(const struct store_targets *targets)
{
    return targets->has_reading ? &targets->reading : &targets->writing;
}
