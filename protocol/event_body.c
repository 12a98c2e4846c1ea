/* The events in the body of a request. */
#include "protocol/event_body.h"

#include "protocol/event_json.h"

void event_body_init(struct event_body *body, const char *text, size_t bytes,
                     enum event_kind default_kind)
{
    *body = (struct event_body){.text = text, .bytes = bytes, .default_kind = default_kind};
}

enum event_body_step event_body_next(struct event_body *body, struct event *event,
                                     struct error *error)
{
    if (body->is_read)
        return EVENT_BODY_END;
    body->is_read = true;
    body->result = event_decode(body->text, body->bytes, body->default_kind, event, error);
    return body->result == RESULT_OK ? EVENT_BODY_EVENT : EVENT_BODY_FAULT;
}
