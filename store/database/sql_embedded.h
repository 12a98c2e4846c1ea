/*
 * The SQL the program carries in itself: the files of sql/, embedded when it is built.
 */
#pragma once

#include <stddef.h>

/* One file. `text` is `text_bytes` long and ends with a NUL that is not counted. */
struct sql_file {
    const char *name; /* without its folder, as "001_schema.sql" */
    const unsigned char *text;
    size_t text_bytes;
};

/* How many files sql/migrations/ had. */
size_t sql_migration_count(void);

/* The migration at `index` in the order of their names; NULL past the last. */
const struct sql_file *sql_migration(size_t index);

/* The file of sql/ itself that is called `name`, as "sample_data.sql"; NULL if there is none. */
const struct sql_file *sql_find(const char *name);
