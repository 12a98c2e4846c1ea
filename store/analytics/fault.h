/* Why a question could not be answered. */
#pragma once

enum analytics_fault {
    ANALYTICS_UNREACHABLE, /* there is no connection, or it ended */
    ANALYTICS_SLOW,        /* the answer, or the turn, did not come in time */
    ANALYTICS_NO_SCHEMA,   /* as in the first second of a first start */
    ANALYTICS_DENIED,
    ANALYTICS_REFUSED, /* anything else */
};

/* What an error of the database means for the question. */
enum analytics_fault analytics_fault_of(const char *sqlstate);

/* In words for whoever asked, for ever valid. */
const char *analytics_fault_text(enum analytics_fault fault);
