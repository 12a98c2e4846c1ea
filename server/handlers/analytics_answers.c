/* Answers to questions of analytics on their way to the client. */
#include "server/handlers/analytics_answers.h"

#include <stdlib.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "protocol/analytics/answer.h"
#include "protocol/analytics/report.h"
#include "protocol/memory.h"
#include "protocol/timestamp.h"
#include "server/http/etag.h"
#include "server/http/exchange.h"
#include "server/http/stream.h"

/* Of all answers together: about 55 MiB. A single one always has room. */
enum { CELLS_MAX = 4 * ANALYTICS_CELLS_MAX };

struct sending {
    LIST_ENTRY(sending) entry;
    struct analytics_answers *answers;
    struct exchange *exchange;
    struct analytics_answer *answer;
    struct analytics_report *report;
    char *known; /* owned */
    enum analytics_format format;
    size_t cells;
    struct event *step; /* the next slice of what comes before the first byte */
    struct render_text text;
    bool has_more; /* behind `text` */
};

struct analytics_answers {
    struct event_base *base;
    LIST_HEAD(, sending) sendings;
    size_t cells;
};

static void finish(struct sending *sending)
{
    sending->answers->cells -= sending->cells;
    LIST_REMOVE(sending, entry);
    event_free(sending->step);
    analytics_answer_free(sending->answer);
    analytics_report_release(sending->report);
    render_clear(&sending->text);
    free(sending->known);
    free(sending);
}

static void on_wanted(void *arg)
{
    struct sending *sending = arg;
    if (sending->text.length == 0)
        sending->has_more = analytics_answer_write(sending->answer, &sending->text);
    if (sending->text.length > 0)
        exchange_stream_write(sending->exchange, sending->text.bytes, sending->text.length);
    sending->text.length = 0;
    if (sending->has_more)
        return;
    exchange_stream_end(sending->exchange);
    finish(sending);
}

static void on_gone(void *arg)
{
    finish(arg);
}

static void add_time(struct exchange *exchange, const char *name, int64_t time_us)
{
    char text[TIMESTAMP_TEXT_SIZE];
    if (time_us == INT64_MIN)
        return;
    timestamp_format(time_us, text);
    exchange_header(exchange, name, text);
}

static void add_headers(const struct sending *sending)
{
    struct exchange *exchange = sending->exchange;
    exchange_header(exchange, "ETag", analytics_answer_etag(sending->answer));
    exchange_header(exchange, "Cache-Control", "no-cache");
    exchange_header(exchange, "Vary", "Accept");
    add_time(exchange, "X-As-Of", sending->report->as_of_us);
    add_time(exchange, "X-Complete-Until", sending->report->complete_until_us);
}

/* What is short goes in one piece, with its length. */
static void send_answer(struct sending *sending)
{
    const char *type = analytics_content_type(sending->format);
    add_headers(sending);
    if (http_has_etag(sending->known, analytics_answer_etag(sending->answer))) {
        exchange_reply(sending->exchange, 304, NULL, NULL, 0);
        finish(sending);
        return;
    }
    sending->has_more = analytics_answer_write(sending->answer, &sending->text);
    if (sending->has_more) {
        const struct exchange_stream_listener listener = {
            .wanted = on_wanted, .gone = on_gone, .arg = sending};
        exchange_stream_begin(sending->exchange, 200, type, listener);
        return;
    }
    exchange_reply(sending->exchange, 200, type, sending->text.bytes, sending->text.length);
    finish(sending);
}

static void step(struct sending *sending)
{
    if (analytics_answer_prepare(sending->answer))
        event_active(sending->step, EV_TIMEOUT, 0);
    else
        send_answer(sending);
}

static void on_step(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    step(arg);
}

static size_t count_cells(const struct analytics_report *report)
{
    if (report->table == NULL)
        return 0;
    return analytics_table_groups(report->table) * analytics_table_buckets(report->table);
}

void analytics_answers_send(struct analytics_answers *answers, struct exchange *exchange,
                            const struct analytics_question *question, const char *known,
                            struct analytics_report *report)
{
    size_t cells = count_cells(report);
    if (answers->cells + cells > CELLS_MAX) {
        analytics_report_release(report);
        exchange_fail(exchange, 503, "too many long answers are on their way");
        return;
    }
    struct sending *sending = memory_zeroed(sizeof *sending);
    *sending = (struct sending){.answers = answers,
                                .exchange = exchange,
                                .answer = analytics_answer_new(question, report),
                                .report = report,
                                .known = memory_copy_text(known),
                                .format = question->view.format,
                                .cells = cells};
    sending->step = memory_required(event_new(answers->base, -1, 0, on_step, sending));
    answers->cells += cells;
    LIST_INSERT_HEAD(&answers->sendings, sending, entry);
    step(sending);
}

struct analytics_answers *analytics_answers_new(struct event_base *base)
{
    struct analytics_answers *answers = memory_zeroed(sizeof *answers);
    answers->base = base;
    LIST_INIT(&answers->sendings);
    return answers;
}

void analytics_answers_free(struct analytics_answers *answers)
{
    if (answers == NULL)
        return;
    struct sending *next;
    for (struct sending *sending = LIST_FIRST(&answers->sendings); sending != NULL;
         sending = next) {
        next = LIST_NEXT(sending, entry);
        exchange_fail(sending->exchange, 503, "the server is stopping");
        finish(sending);
    }
    free(answers);
}
