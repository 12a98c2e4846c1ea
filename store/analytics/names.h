/* The names of the placements that an answer has rows of, asked for in parts. */
#pragma once

#include <stdbool.h>

#include <libpq-fe.h>

struct analytics_table;
struct names;

/* The columns of its rows, in binary form: the number and the name. */
enum { NAMES_COLUMNS = 2 };

/* The table is borrowed; its groups stay as they are. */
struct names *names_new(struct analytics_table *table);
void names_free(struct names *names);

/* The statement for the next of them, to be freed with free(); NULL = that was all. */
char *names_statement(struct names *names);

/* Takes its rows. Returns whether one of them is of those that are counted together. */
bool names_take(struct names *names, const PGresult *rows);
