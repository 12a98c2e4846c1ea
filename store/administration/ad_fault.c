/* Why the database did not do what it was asked about ads. */
#include "store/administration/ad_fault.h"

#include <string.h>

static const char unreachable[] = "the database is unreachable";
static const char no_schema[] = "the database does not have the schema yet";

/* The first prefix that matches decides. */
static const struct {
    const char *prefix;
    int status;
    const char *text;
} faults[] = {
    {"57014", 503, "the database took too long, and has changed nothing"},
    {"55P03", 503, "somebody else keeps what is to be changed locked, and nothing was changed"},
    {"40", 503, "another change came between, and nothing was changed"},
    {"42501", 503,
     "the database denies it to this server's role: SELECT, INSERT, UPDATE and DELETE on ads are "
     "needed, and USAGE on the sequence of its id"},
    {"25006", 503, "the database takes no changes: it is read-only"},
    {"42P01", 503, no_schema},
    {"42883", 503, no_schema},
    {"42703", 503, no_schema},
    {"42704", 503, no_schema},
    {"3F", 503, no_schema},
    {"22021", 422, "a text is in no encoding that the database can give"},
    {"22P05", 422, "a text has a character that the database's encoding lacks"},
    {"54", 422, "it is too large for the database"},
    {"08", 503, unreachable},
    {"57P", 503, unreachable},
    {"53", 503, "the database has no room or connection left"},
    {"", 503, "the database could not do it; the log says why"},
};

struct ad_answer ad_fault_unavailable(const char *fault)
{
    return (struct ad_answer){.status = 503, .fault = fault};
}

struct ad_answer ad_fault_of(const char *sqlstate)
{
    size_t i = 0;
    while (strncmp(sqlstate, faults[i].prefix, strlen(faults[i].prefix)) != 0)
        i++;
    return (struct ad_answer){.status = faults[i].status, .fault = faults[i].text};
}

struct ad_answer ad_fault_lost(bool is_change)
{
    return ad_fault_unavailable(
        is_change ? "the database went away before it answered: the change was made, or was not; "
                    "to send it again is safe with the same Idempotency-Key or If-Match"
                  : unreachable);
}
