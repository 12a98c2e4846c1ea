/* Stands in for store/database/migration.c. */
#include "test/unit/store/database/fake_migration.h"

#include <stddef.h>

#include <check.h>

#include "store/database/migration.h"

struct migration {
    migration_done_fn done; /* NULL = none is running */
    void *arg;
};

static struct migration only;

void fake_migration_reset(void)
{
    only = (struct migration){0};
}

bool fake_migration_is_running(void)
{
    return only.done != NULL;
}

void fake_migration_finish(enum result result, const char *reason)
{
    migration_done_fn done = only.done;
    struct error error = {""};
    ck_assert(done != NULL);
    only.done = NULL;
    done(only.arg, result == RESULT_OK ? result : error_set(&error, result, "%s", reason), &error);
}

struct migration *migration_new(struct db_conn *conn, bool sample_data, struct log *log)
{
    (void)conn;
    (void)sample_data;
    (void)log;
    return &only;
}

void migration_free(struct migration *migration)
{
    (void)migration;
}

void migration_start(struct migration *migration, migration_done_fn done, void *arg)
{
    ck_assert(migration->done == NULL);
    migration->done = done;
    migration->arg = arg;
}
