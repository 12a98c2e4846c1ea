/* A document while it is made. */
#include "protocol/draft.h"

#include <string.h>

#include "protocol/memory.h"
#include "protocol/web_url.h"

void draft_gap(struct draft *draft, enum draft_filling filling)
{
    if (draft->gap_count == draft->gap_capacity) {
        draft->gap_capacity = draft->gap_capacity > 0 ? draft->gap_capacity * 2 : 32;
        draft->gaps = memory_resized(draft->gaps, draft->gap_capacity * sizeof draft->gaps[0]);
    }
    draft->gaps[draft->gap_count++] =
        (struct draft_gap){.at = draft->text.length, .filling = filling};
}

void draft_append(struct draft *draft, const char *string)
{
    render_bytes(&draft->text, string, strlen(string));
}

void draft_tracker(struct draft *draft, enum event_kind kind)
{
    web_url_render(&draft->text, draft->public_url);
    draft_append(draft, "/t/");
    draft_append(draft, event_kind_name(kind));
    draft_append(draft, "/");
    draft_gap(draft, DRAFT_TOKEN);
}

void draft_click(struct draft *draft)
{
    web_url_render(&draft->text, draft->public_url);
    draft_append(draft, "/c/");
    draft_gap(draft, DRAFT_TOKEN);
}
