/* An array in PostgreSQL's binary form as text, `{1,2,NULL}`: a database of several nodes hands it
 * on as it is, and only the last one has to read it. */
#pragma once

#include <stdint.h>

struct binary_array;

/* The OIDs of what a batch is made of: PostgreSQL, pg_type.dat; they never change. */
enum { OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25 };
enum { OID_INET = 869, OID_TIMESTAMPTZ = 1184, OID_UUID = 2950 };

/* Returns it, of elements of this type; owned by the caller. */
char *array_text(const struct binary_array *array, uint32_t element_type);
