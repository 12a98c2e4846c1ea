/* What the database says first, in the transaction that answers a question. */
#include "store/analytics/state.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/memory.h"

const char analytics_lock_sql[] = "LOCK TABLE ONLY events, ONLY counts, ONLY counts_minute, "
                                  "counts_late IN ACCESS SHARE MODE; ";

enum { STATE_LANE, STATE_MARKS, STATE_SEQUENCE, STATE_AS_OF, STATE_COLUMNS };

char *analytics_state_sql(const char *journal)
{
    char text[128];
    (void)snprintf(text, sizeof text, "SELECT * FROM analytics_state('%s')", journal);
    return memory_copy_text(text);
}

/* Times by blanks; "-" is none. */
static bool read_marks(const char *text, int64_t marks[static PLAN_MARKS])
{
    for (int i = 0; i < PLAN_MARKS; i++) {
        bool is_none = text[0] == '-' && (text[1] == ' ' || text[1] == '\0');
        char *behind;
        marks[i] = is_none ? INT64_MIN : strtoll(text, &behind, 10);
        const char *end = is_none ? text + 1 : behind;
        if (end == text || (*end != ' ' && *end != '\0'))
            return false;
        text = *end == ' ' ? end + 1 : end;
    }
    if (marks[MARK_OLDEST] == INT64_MIN) /* nothing is counted */
        marks[MARK_OLDEST] = INT64_MAX;
    return true;
}

bool analytics_state_read(struct analytics_state *state, const PGresult *rows)
{
    *state = (struct analytics_state){.as_of_us = INT64_MIN, .stored_sequence = UINT64_MAX};
    int count = PQntuples(rows);
    if (PQnfields(rows) != STATE_COLUMNS || count < 1 || count > STATE_LANES_MAX)
        return false;
    for (int row = 0; row < count; row++) {
        struct lane_state *lane = &state->lanes[state->lane_count++];
        uint64_t sequence = strtoull(PQgetvalue(rows, row, STATE_SEQUENCE), NULL, 10);
        lane->lane = (int)strtol(PQgetvalue(rows, row, STATE_LANE), NULL, 10);
        if (!read_marks(PQgetvalue(rows, row, STATE_MARKS), lane->marks))
            return false;
        if (sequence < state->stored_sequence)
            state->stored_sequence = sequence;
        if (!PQgetisnull(rows, row, STATE_AS_OF))
            state->as_of_us = strtoll(PQgetvalue(rows, row, STATE_AS_OF), NULL, 10);
    }
    return true;
}
