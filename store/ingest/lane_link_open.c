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
    (void)batch_outcome_opened(&lane->outcome, link_take_progress(link, lane, reply));
    if (!batch_outcome_is_failing(&lane->outcome))
        link_note_success(link);
}

static void take_opened(struct lane_link *link, const struct db_reply *reply)
{
    const struct link_context *context = link->context;
    const struct batch_decision decision = {.action = BATCH_SEND_NEXT};
    if (link->first == NULL) {
        context->listener.claimed(context->listener.arg);
        context->owner.claimed(context->owner.arg, ingest_session_lanes(link->session));
    }
    for (unsigned i = 0; i < link->count; i++)
        link->lanes[i]->outcome.is_behind_another = ingest_session_is_distributed(link->session);
    if (link->first == NULL && link->door == link->lanes[0]->number)
        take_claimed(link, link->lanes[0], reply);
    link_carry_out(link, &decision);
    if (link->first == NULL)
        context->owner.opened(context->owner.arg);
}

/* Told where the node that has a lane is away, or something of the lane is locked. */
static bool may_be_of_lane(const char *sqlstate)
{
    return strncmp(sqlstate, "08", 2) == 0 || strncmp(sqlstate, "57", 2) == 0 ||
           strcmp(sqlstate, "55P03") == 0;
}

/* One lane alone may have failed: the next one is tried, and behind the last that knows the journal
 * the first again. */
static void turn_to_next_door(struct lane_link *link, const struct db_reply *reply)
{
    if (link->first == NULL && may_be_of_lane(reply->sqlstate))
        link->door++;
}

static void on_opened(void *arg, const char *step, const struct db_reply *reply,
                      const struct error *error)
{
    struct lane_link *link = arg;
    struct batch_outcome *outcome = &link->lanes[0]->outcome;
    struct batch_decision decision;
    if (reply == NULL) {
        decision = batch_outcome_unusable(outcome, error->text);
    } else if (reply->outcome == DB_OK) {
        take_opened(link, reply);
        return;
    } else if (link_is_outdated(link, reply)) {
        return;
    } else if (strcmp(reply->sqlstate, "VA006") == 0) {
        link->door = 0;
        link_set_state(link, WRITER_UNOPENED, 1);
        return;
    } else {
        turn_to_next_door(link, reply);
        decision = batch_outcome_not_opened(
            outcome, &(struct batch_error){step, reply->sqlstate, reply->message},
            link_random_bits());
    }
    link_carry_out(link, &decision);
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
    struct batch_decision decision = {.action = BATCH_SEND_NEXT};
    (void)error;
    if (link_is_outdated(link, reply))
        return;
    if (reply->outcome == DB_OK)
        take_claimed(link, lane, reply);
    else
        decision = batch_outcome_not_opened(
            &lane->outcome, &(struct batch_error){step, reply->sqlstate, reply->message},
            link_random_bits());
    link_carry_out(link, &decision);
}

void link_claim_lane(struct lane_link *link)
{
    struct writer_lane *lane = link_lane(link);
    lane->put_off_us = 0;
    link_be_patient(link, WRITER_CLAIMING);
    ingest_session_claim(link->session, lane->number, on_lane_claimed, link);
}
