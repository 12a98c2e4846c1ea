/* How a link's session is opened, and its lanes are claimed. */
#include "store/ingest/batch_outcome.h"
#include "store/ingest/lane_link.h"
#include "store/ingest/lane_link_parts.h"
#include "store/ingest/session.h"

static void on_opened(void *arg, const char *step, const struct db_reply *reply,
                      const struct error *error);

/* What was wrong with the lane is over, or its batch tells. */
static void take_claimed(struct lane_link *link, const struct db_reply *reply)
{
    struct writer_lane *lane = link->lanes[link->claimed++];
    lane->outcome.is_behind_another = ingest_session_is_distributed(link->session);
    lane->put_off_us = 0;
    (void)batch_outcome_opened(&lane->outcome, link_take_progress(link, lane, reply));
}

static void take_opened(struct lane_link *link, const struct db_reply *reply)
{
    const struct link_context *context = link->context;
    bool is_first = link->first == NULL && link->claimed == 0;
    if (is_first) {
        context->listener.claimed(context->listener.arg);
        context->owner.claimed(context->owner.arg, ingest_session_lanes(link->session));
    }
    if (is_first || PQnfields(reply->rows) > 0)
        take_claimed(link, reply);
    if (link->claimed < link->count) {
        ingest_session_claim(link->session, link->lanes[link->claimed]->number, on_opened, link);
        return;
    }
    const struct batch_decision decision = {.action = BATCH_SEND_NEXT};
    if (!batch_outcome_is_failing(&link->lanes[0]->outcome))
        link_note_success(link);
    link_carry_out(link, &decision);
    context->owner.opened(context->owner.arg);
}

static void on_opened(void *arg, const char *step, const struct db_reply *reply,
                      const struct error *error)
{
    struct lane_link *link = arg;
    struct batch_outcome *outcome = &link->lanes[0]->outcome;
    struct batch_decision decision;
    if (reply != NULL && reply->outcome == DB_OK) {
        take_opened(link, reply);
        return;
    }
    if (reply == NULL)
        decision = batch_outcome_unusable(outcome, error->text);
    else if (link_is_outdated(link, reply))
        return;
    else
        decision = batch_outcome_not_opened(
            outcome, &(struct batch_error){step, reply->sqlstate, reply->message},
            link_random_bits());
    link_carry_out(link, &decision);
}

void link_open_session(void *arg)
{
    struct lane_link *link = arg;
    link->claimed = 0;
    link->at = 0;
    link_set_state(link, WRITER_OPENING, 0);
    if (link->first == NULL)
        ingest_session_open(link->session, on_opened, link);
    else
        ingest_session_join(link->session, link->first->session, on_opened, link);
}
