/* Why the ads are not loaded. */
#include "store/catalogue/ad_trouble.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "metrics/log.h"
#include "protocol/ad_fields.h"
#include "store/database/reply.h"
#include "store/database/sqlstate.h"

enum { RETRY_MS = 250, RETRY_SLOWLY_MS = 2000, FAILURES_QUIET = 20 };

/* Those of a schema that is still to come or to be brought up to date pass by themselves. */
static const struct {
    const char *sqlstate;
    const char *text;
    bool is_passing;
} refusals[] = {
    {"42P01", "the database has no table ads yet", true},
    {"42703", "the table ads lacks a column that it must have; the log names it", true},
    {"42501", "the database denies the permission to read the table ads", false},
    {"57014", "the database takes too long to read the table ads", false},
};

static void tell(struct ad_trouble *trouble, const char *text, struct log *log)
{
    if (strcmp(text, trouble->told) == 0)
        return;
    (void)snprintf(trouble->told, sizeof trouble->told, "%s", text);
    log_write(log, LOG_WARNING, "store", "ads not loaded: %s", text);
}

/* Data exceptions quote the value, and what a function raises may hold anything. */
static bool may_hold_values(const char *sqlstate)
{
    return sqlstate_fault(sqlstate) == SQL_FAULT_BAD_ROW || strncmp(sqlstate, "38", 2) == 0 ||
           strncmp(sqlstate, "39", 2) == 0;
}

static void log_refusal(struct ad_trouble *trouble, const struct db_reply *reply, struct log *log)
{
    char text[sizeof trouble->told];
    if (may_hold_values(reply->sqlstate))
        (void)snprintf(text, sizeof text, "sqlstate=%s", reply->sqlstate);
    else
        (void)snprintf(text, sizeof text, "sqlstate=%s %s", reply->sqlstate, reply->message);
    tell(trouble, text, log);
}

void ad_trouble_refused(struct ad_trouble *trouble, const struct db_reply *reply, struct log *log)
{
    bool is_passing = false;
    (void)snprintf(trouble->text, sizeof trouble->text,
                   "the database refuses to list them (SQLSTATE %s)", reply->sqlstate);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (strcmp(reply->sqlstate, refusals[i].sqlstate) != 0)
            continue;
        (void)snprintf(trouble->text, sizeof trouble->text, "%s", refusals[i].text);
        is_passing = refusals[i].is_passing;
    }
    if (trouble->failures < FAILURES_QUIET)
        trouble->failures++;
    if (!is_passing || trouble->failures == FAILURES_QUIET)
        log_refusal(trouble, reply, log);
}

void ad_trouble_unfit(struct ad_trouble *trouble, const struct ad_field *field, const char *type,
                      struct log *log)
{
    (void)snprintf(trouble->text, sizeof trouble->text, "ads.%s is of type %s; it must be %s",
                   field->name, type, ad_field_type_name(field));
    trouble->failures = FAILURES_QUIET; /* it costs a whole load to find it so again */
    tell(trouble, trouble->text, log);
}

void ad_trouble_clear(struct ad_trouble *trouble)
{
    *trouble = (struct ad_trouble){.failures = 0};
}

const char *ad_trouble_text(const struct ad_trouble *trouble)
{
    return trouble->text[0] != '\0' ? trouble->text : "they are being loaded";
}

int64_t ad_trouble_wait_ms(const struct ad_trouble *trouble)
{
    return trouble->failures < FAILURES_QUIET ? RETRY_MS : RETRY_SLOWLY_MS;
}
