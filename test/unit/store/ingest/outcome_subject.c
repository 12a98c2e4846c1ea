/* A writer's decisions under test: what is answered, and what is decided about it. */
#include "test/unit/store/ingest/outcome_subject.h"

#include <stddef.h>

#include <check.h>

void outcome_subject_init(struct outcome_subject *subject)
{
    *subject = (struct outcome_subject){.cursor = 100, .now_us = 1};
    batch_outcome_init(&subject->outcome, OUTCOME_MAX_ROWS);
    outcome_open(subject);
}

enum batch_action outcome_refuse(struct outcome_subject *subject, const char *sqlstate,
                                 uint32_t rows)
{
    const struct batch_error error = {"ingest_batch", sqlstate, "values of a client"};
    subject->decision =
        batch_outcome_refused(&subject->outcome, &error, rows, subject->now_us, UINT32_MAX / 2);
    return subject->decision.action;
}

enum batch_action outcome_refuse_opening(struct outcome_subject *subject, const char *sqlstate)
{
    const struct batch_error error = {"claim_journal", sqlstate, "the owner is still there"};
    subject->decision = batch_outcome_not_opened(&subject->outcome, &error, UINT32_MAX / 2);
    return subject->decision.action;
}

enum batch_action outcome_lose(struct outcome_subject *subject, uint32_t rows)
{
    subject->decision = batch_outcome_lost(&subject->outcome, rows);
    batch_outcome_disconnected(&subject->outcome);
    return subject->decision.action;
}

void outcome_pass(struct outcome_subject *subject, uint32_t rows)
{
    subject->cursor += rows;
    subject->decision = batch_outcome_passed(&subject->outcome, rows, subject->cursor);
    ck_assert_int_eq(subject->decision.action, BATCH_SEND_NEXT);
}

void outcome_open(struct outcome_subject *subject)
{
    batch_outcome_opened(&subject->outcome, subject->cursor);
}

void outcome_reject_one(struct outcome_subject *subject, const char *sqlstate)
{
    ck_assert_int_eq(outcome_refuse(subject, sqlstate, 1), BATCH_REJECT_ROW);
    ck_assert_ptr_nonnull(batch_outcome_reject_reason(&subject->outcome));
    outcome_pass(subject, 1);
    ck_assert_ptr_null(batch_outcome_reject_reason(&subject->outcome));
}

void outcome_assert_nothing_is_wrong(const struct outcome_subject *subject)
{
    ck_assert(!batch_outcome_is_held(&subject->outcome));
    ck_assert(!batch_outcome_is_fenced(&subject->outcome));
    ck_assert(!batch_outcome_is_failing(&subject->outcome));
    ck_assert_ptr_null(batch_outcome_reject_reason(&subject->outcome));
}
