/* How a link's session is opened, and its lanes are claimed. */
#include <string.h>

#include "store/ingest/batch_outcome.h"
#include "store/ingest/lane_link.h"
#include "store/ingest/lane_link_parts.h"
#include "store/ingest/session.h"

/* What was wrong with the lane is over, or its batch tells. */
static void take_claimed(struct lane_link *link, struct writer_lane *lane,
                         const struct db_reply *reply)
{
    lane->is_claimed = true;
    lane->put_off_us = 0;
    batch_outcome_opened(&lane->outcome, link_take_progress(link, lane, reply));
    if (!batch_outcome_is_failing(&lane->outcome))
        link_note_success(link);
}

static void take_opened(struct lane_link *link, const struct db_reply *reply)
{
    const struct link_context *context = link->context;
    if (link->first == NULL) {
        context->listener.claimed(context->listener.arg);
        context->owner.claimed(context->owner.arg, ingest_session_lanes(link->session));
    }
    for (unsigned i = 0; i < link->count; i++)
        link->lanes[i]->outcome.is_behind_another = ingest_session_is_distributed(link->session);
    if (link->first == NULL && link->door == link->lanes[0]->number)
        take_claimed(link, link->lanes[0], reply);
    link_send_next(link);
    if (link->first == NULL)
        context->owner.opened(context->owner.arg);
}

/* Told where the node that has a lane is away, or something of the lane is locked. */
static bool may_be_of_lane(const char *sqlstate)
{
    return strncmp(sqlstate, "08", 2) == 0 || strncmp(sqlstate, "57", 2) == 0 ||
           strcmp(sqlstate, "55P03") == 0;
}

static void take_failure(struct lane_link *link, struct batch_outcome *outcome, const char *step,
                         const struct db_reply *reply)
{
    const struct batch_error error = {step, reply->sqlstate, reply->message};
    const struct batch_decision decision =
        batch_outcome_not_opened(outcome, &error, link_random_bits());
    link_carry_out(link, &decision);
}

/* One lane alone may have failed: the journal is claimed by the next one then, and behind the last
 * that knows it by the first again, at once. */
static void take_refusal(struct lane_link *link, const char *step, const struct db_reply *reply)
{
    if (strcmp(reply->sqlstate, "VA006") == 0) {
        link->door = 0;
        link_set_state(link, WRITER_UNOPENED, 1);
        return;
    }
    if (link->first == NULL && may_be_of_lane(reply->sqlstate))
        link->door++;
    take_failure(link, &link->lanes[0]->outcome, step, reply);
}

static void on_opened(void *arg, const char *step, const struct db_reply *reply,
                      const struct error *error)
{
    struct lane_link *link = arg;
    if (reply == NULL) {
        const struct batch_decision decision =
            batch_outcome_unusable(&link->lanes[0]->outcome, error->text);
        link_carry_out(link, &decision);
    } else if (reply->outcome == DB_OK) {
        take_opened(link, reply);
    } else if (!link_is_outdated(link, reply)) {
        take_refusal(link, step, reply);
    }
}

void link_open_session(void *arg)
{
    struct lane_link *link = arg;
    for (unsigned i = 0; i < link->count; i++)
        link->lanes[i]->is_claimed = false;
    link->at = 0;
    link_set_state(link, WRITER_OPENING, 0);
    if (link->first == NULL)
        ingest_session_open(link->session, link->door, on_opened, link);
    else
        ingest_session_join(link->session, link->first->session, on_opened, link);
}

static void on_lane_claimed(void *arg, const char *step, const struct db_reply *reply,
                            const struct error *error)
{
    struct lane_link *link = arg;
    struct writer_lane *lane = link_lane(link);
    (void)error; /* told of the schema alone */
    if (reply->outcome == DB_OK) {
        take_claimed(link, lane, reply);
        link_send_next(link);
    } else if (!link_is_outdated(link, reply)) {
        take_failure(link, &lane->outcome, step, reply);
    }
}

void link_claim_lane(struct lane_link *link)
{
    struct writer_lane *lane = link_lane(link);
    lane->put_off_us = 0;
    link_be_patient(link, WRITER_CLAIMING);
    ingest_session_claim(link->session, lane->number, on_lane_claimed, link);
}
