/* What a link tells of its lanes. */
#include "store/ingest/lane_link.h"
#include "store/ingest/lane_link_parts.h"

bool lane_link_is_fenced(const struct lane_link *link)
{
    for (unsigned i = 0; i < link->count; i++) {
        if (batch_outcome_is_fenced(&link->lanes[i]->outcome))
            return true;
    }
    return false;
}

bool lane_link_is_held(const struct lane_link *link)
{
    for (unsigned i = 0; i < link->count; i++) {
        if (batch_outcome_is_held(&link->lanes[i]->outcome))
            return true;
    }
    return false;
}

unsigned lane_link_lanes_up(const struct lane_link *link)
{
    unsigned up = 0;
    for (unsigned i = 0; i < link->count; i++)
        up += writer_state_takes_events(link->state) && link->lanes[i]->is_claimed &&
              !batch_outcome_is_failing(&link->lanes[i]->outcome);
    return up;
}
