/* What is answered to a batch of events. */
#include "server/handlers/batch_answer.h"

#include <stdio.h>

#include <jansson.h>

#include "protocol/memory.h"

void batch_rejections_add(struct batch_rejections *rejections, size_t index, const char *text)
{
    if (rejections->total < BATCH_REJECTIONS_LISTED) {
        struct batch_rejection *rejection = &rejections->listed[rejections->total];
        rejection->index = index;
        (void)snprintf(rejection->text, sizeof rejection->text, "%s", text);
    }
    rejections->total++;
}

static json_t *render_list(const struct batch_rejections *rejections)
{
    json_t *list = memory_required(json_array());
    for (size_t i = 0; i < rejections->total && i < BATCH_REJECTIONS_LISTED; i++) {
        const struct batch_rejection *rejection = &rejections->listed[i];
        json_t *item = json_pack("{s:I, s:s}", "index", (json_int_t)rejection->index, "error",
                                 rejection->text);
        (void)json_array_append_new(list, memory_required(item));
    }
    return list;
}

char *batch_answer_render(size_t accepted, const struct batch_rejections *rejections)
{
    json_t *answer =
        json_pack("{s:I, s:o, s:I}", "accepted", (json_int_t)accepted, "rejected",
                  render_list(rejections), "rejected_total", (json_int_t)rejections->total);
    if (accepted == 0)
        (void)json_object_set_new(memory_required(answer), "error",
                                  json_string("no item was accepted"));
    char *text = json_dumps(memory_required(answer), JSON_COMPACT);
    json_decref(answer);
    return memory_required(text);
}
