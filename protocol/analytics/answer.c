/* An answer as text, made in slices. */
#include "protocol/analytics/answer.h"

#include <assert.h>
#include <stdlib.h>

#include "protocol/analytics/answer_csv.h"
#include "protocol/analytics/answer_digest.h"
#include "protocol/analytics/answer_json.h"
#include "protocol/analytics/answer_parts.h"
#include "protocol/analytics/answer_rows.h"
#include "protocol/digest.h"
#include "protocol/memory.h"

enum { DIGESTED_ROWS = 2048, WRITTEN_BYTES = 64 * 1024 };

/* In this order. */
enum phase {
    PHASE_ORDERING,
    PHASE_DIGESTING, /* `at` is the row that comes next */
    PHASE_HEAD,      /* from here on it is written */
    PHASE_ROWS,      /* `at` again */
    PHASE_TAIL,
    PHASE_WRITTEN,
};

struct analytics_answer {
    struct answer_parts parts;
    struct answer_rows rows;
    enum phase phase;
    size_t at;
    struct digest *digest; /* owned */
    char etag[ANALYTICS_ETAG_SIZE];
};

struct analytics_answer *analytics_answer_new(const struct analytics_question *question,
                                              struct analytics_report *report)
{
    struct analytics_answer *answer = memory_zeroed(sizeof *answer);
    answer_parts_init(&answer->parts, question, report);
    answer_rows_init(&answer->rows, &answer->parts);
    answer->digest = digest_new();
    answer_digest_head(answer->digest, &answer->parts);
    return answer;
}

void analytics_answer_free(struct analytics_answer *answer)
{
    if (answer == NULL)
        return;
    digest_free(answer->digest);
    answer_rows_clear(&answer->rows);
    answer_parts_clear(&answer->parts);
    free(answer);
}

static size_t lesser(size_t one, size_t other)
{
    return one < other ? one : other;
}

static void digest_some(struct analytics_answer *answer)
{
    char text[DIGEST_TEXT_SIZE];
    size_t end = lesser(answer->at + DIGESTED_ROWS, answer->rows.page_count);
    answer_digest_rows(answer->digest, &answer->rows, answer->at, end);
    answer->at = end;
    if (end < answer->rows.page_count)
        return;
    digest_write(answer->digest, text);
    digest_etag(text, "", answer->etag);
    answer->at = 0;
    answer->phase = PHASE_HEAD;
}

bool analytics_answer_prepare(struct analytics_answer *answer)
{
    if (answer->phase == PHASE_DIGESTING)
        digest_some(answer);
    else if (answer->phase == PHASE_ORDERING && !answer_rows_step(&answer->rows))
        answer->phase = PHASE_DIGESTING;
    return answer->phase < PHASE_HEAD;
}

const char *analytics_answer_etag(const struct analytics_answer *answer)
{
    assert(answer->phase >= PHASE_HEAD);
    return answer->etag;
}

static void write_head(const struct answer_parts *parts, struct render_text *text)
{
    switch (parts->question.view.format) {
    case FORMAT_CSV:
        answer_csv_head(text, parts);
        if (parts->column_count == 0)
            answer_csv_total(text, parts);
        return;
    case FORMAT_NDJSON:
        if (parts->column_count == 0) {
            answer_json_total(text, parts);
            render_bytes(text, "\n", 1);
        }
        return;
    case FORMAT_JSON:
    case ANALYTICS_FORMATS:
        answer_json_head(text, parts, true);
        return;
    }
}

static void write_row(struct analytics_answer *answer, struct render_text *text)
{
    enum analytics_format format = answer->parts.question.view.format;
    const struct answer_row *row = &answer->rows.page[answer->at];
    if (format == FORMAT_CSV) {
        answer_csv_row(text, &answer->rows, row);
        return;
    }
    if (format == FORMAT_JSON && answer->at > 0)
        render_bytes(text, ",", 1);
    answer_json_row(text, &answer->rows, row);
    if (format == FORMAT_NDJSON)
        render_bytes(text, "\n", 1);
}

static void write_rows(struct analytics_answer *answer, struct render_text *text)
{
    size_t end = text->length + WRITTEN_BYTES;
    for (; answer->at < answer->rows.page_count && text->length < end; answer->at++)
        write_row(answer, text);
    if (answer->at == answer->rows.page_count)
        answer->phase = PHASE_TAIL;
}

bool analytics_answer_write(struct analytics_answer *answer, struct render_text *text)
{
    assert(answer->phase >= PHASE_HEAD);
    if (answer->phase == PHASE_HEAD) {
        write_head(&answer->parts, text);
        answer->phase = PHASE_ROWS;
    }
    if (answer->phase == PHASE_ROWS)
        write_rows(answer, text);
    if (answer->phase == PHASE_TAIL) {
        if (answer->parts.question.view.format == FORMAT_JSON)
            answer_json_tail(text, &answer->parts, &answer->rows);
        answer->phase = PHASE_WRITTEN;
    }
    return answer->phase != PHASE_WRITTEN;
}

const char *analytics_content_type(enum analytics_format format)
{
    static const char *const types[ANALYTICS_FORMATS] = {
        [FORMAT_JSON] = "application/json",
        [FORMAT_CSV] = "text/csv; charset=utf-8",
        [FORMAT_NDJSON] = "application/x-ndjson",
    };
    return types[format];
}
