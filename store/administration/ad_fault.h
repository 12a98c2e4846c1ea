/* Why the database did not do what it was asked about ads. */
#pragma once

#include <stdbool.h>

#include "store/administration/ad_change.h"

/* The answer for an error of the database, by its SQLSTATE; its words are for ever valid. Nothing
 * was changed. */
struct ad_answer ad_fault_of(const char *sqlstate);

/* The connection has ended before the answer: of a change nobody knows. */
struct ad_answer ad_fault_lost(bool is_change);

/* A 503 with these words. */
struct ad_answer ad_fault_unavailable(const char *fault);
