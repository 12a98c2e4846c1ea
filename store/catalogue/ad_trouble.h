/* Why the ads are not loaded: in words for clients, once in the log, and how long to wait. */
#pragma once

#include <stdint.h>

struct ad_field;
struct db_reply;
struct log;

/* All zero: none, and none before. */
struct ad_trouble {
    char text[160];    /* for clients; "" = none */
    char told[200];    /* what was last written to the log about it */
    unsigned failures; /* since the last load that worked */
};

/* PostgreSQL has refused the load (DB_ERROR). Its message goes to the log, unless values of rows
 * may stand in it; clients get words of ours. That the schema is not there yet is told only when it
 * does not come. */
void ad_trouble_refused(struct ad_trouble *trouble, const struct db_reply *reply, struct log *log);

/* The column of `field` is of `type`, whose ads we don't read. */
void ad_trouble_unfit(struct ad_trouble *trouble, const struct ad_field *field, const char *type,
                      struct log *log);

/* The ads are loaded. */
void ad_trouble_clear(struct ad_trouble *trouble);

/* Valid until the next call of those above. */
const char *ad_trouble_text(const struct ad_trouble *trouble);

/* Until the next load: at first soon, since a new database gets its schema in a moment. */
int64_t ad_trouble_wait_ms(const struct ad_trouble *trouble);
