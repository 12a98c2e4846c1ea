/* Answers to questions of analytics on their way to the client. */
#include "server/handlers/analytics_answers.h"

#include <stdlib.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/timer.h"
#include "protocol/analytics/answer.h"
#include "protocol/analytics/report.h"
#include "protocol/memory.h"
#include "protocol/timestamp.h"
#include "server/http/etag.h"
#include "server/http/exchange.h"
#include "server/http/stream.h"

/* Of all long answers together: about 55 MiB. A single one always has room. Short ones have as much
 * of their own: a few clients that do not read long ones must not keep all others waiting. */
enum { CELLS_MAX = 4 * ANALYTICS_CELLS_MAX, SHORT_CELLS = 2000 };

/* In a turn of the loop, beside the slice that is under way by then. */
enum { PREPARING_US = 2000 };

struct sending {
    TAILQ_ENTRY(sending) entry;
    struct exchange *exchange;
    struct analytics_answer *answer;
    struct analytics_report *report;
    char *known; /* owned */
    enum analytics_format format;
    size_t cells;
    size_t *room; /* that they are taken from, of `answers` */
    struct render_text text;
    bool has_more; /* behind `text` */
};

TAILQ_HEAD(sending_list, sending);

/* What comes before the first byte is made in slices, one answer after the other. It is a timer
 * that lets the loop turn between: an event that is made active from its own callback is run again
 * before the loop looks for anything else. */
struct analytics_answers {
    struct sending_list preparing; /* the next slice is the first one's */
    struct event *turn;            /* pending while there are any */
    size_t long_cells;
    size_t short_cells;
};

static void finish(struct sending *sending)
{
    *sending->room -= sending->cells;
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
    exchange_vary(exchange, "Accept");
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

/* A slice of the first one, which is the last one then. */
static void prepare_some(struct analytics_answers *answers)
{
    struct sending *sending = TAILQ_FIRST(&answers->preparing);
    TAILQ_REMOVE(&answers->preparing, sending, entry);
    if (analytics_answer_prepare(sending->answer))
        TAILQ_INSERT_TAIL(&answers->preparing, sending, entry);
    else
        send_answer(sending);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct analytics_answers *answers = arg;
    int64_t end_us = clock_monotonic_us() + PREPARING_US;
    while (!TAILQ_EMPTY(&answers->preparing) && clock_monotonic_us() < end_us)
        prepare_some(answers);
    if (!TAILQ_EMPTY(&answers->preparing))
        timer_arm(answers->turn, 0);
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
    size_t *room = cells > SHORT_CELLS ? &answers->long_cells : &answers->short_cells;
    if (*room + cells > CELLS_MAX) {
        analytics_report_release(report);
        exchange_fail(exchange, 503, "too many long answers are on their way");
        return;
    }
    struct sending *sending = memory_zeroed(sizeof *sending);
    *sending = (struct sending){.exchange = exchange,
                                .answer = analytics_answer_new(question, report),
                                .report = report,
                                .known = memory_copy_text(known),
                                .format = question->view.format,
                                .cells = cells,
                                .room = room};
    *room += cells;
    TAILQ_INSERT_TAIL(&answers->preparing, sending, entry);
    if (!event_pending(answers->turn, EV_TIMEOUT, NULL))
        timer_arm(answers->turn, 0);
}

struct analytics_answers *analytics_answers_new(struct event_base *base)
{
    struct analytics_answers *answers = memory_zeroed(sizeof *answers);
    TAILQ_INIT(&answers->preparing);
    answers->turn = memory_required(event_new(base, -1, 0, on_turn, answers));
    return answers;
}

void analytics_answers_free(struct analytics_answers *answers)
{
    if (answers == NULL)
        return;
    struct sending *sending;
    while ((sending = TAILQ_FIRST(&answers->preparing)) != NULL) {
        TAILQ_REMOVE(&answers->preparing, sending, entry);
        exchange_fail(sending->exchange, 503, "the server is stopping");
        finish(sending);
    }
    event_free(answers->turn);
    free(answers);
}
