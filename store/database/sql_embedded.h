/*
 * The SQL the program carries in itself: the files of sql/, embedded when it is built. What its
 * folders are for stands in migration.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One file. `text` is `text_bytes` long and ends with a NUL that is not counted. */
struct sql_file {
    const char *name; /* without its folder, as "001_schema.sql" */
    const unsigned char *text;
    size_t text_bytes;
    bool is_data_move; /* a numbered file of sql/data, not of sql/schema */
};

/* How many numbered files there are. */
int sql_numbered_count(void);

/* The file with this number, from 1 on; NULL if there is none. */
const struct sql_file *sql_numbered(int number);

/* The files of sql/functions, in the order of their names; the last has none. */
const struct sql_file *sql_functions(void);

/* The number of their present state: the last line of sql/functions/VERSIONS. */
int sql_functions_version(void);

/* The file of sql/ itself that is called `name`, as "sample_data.sql"; NULL if there is none. */
const struct sql_file *sql_find(const char *name);
