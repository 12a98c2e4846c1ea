/* What the database is asked for people. */
#include "store/questions.h"

#include <stdlib.h>

#include "protocol/memory.h"
#include "store/completeness.h"

struct questions {
    struct analytics_reader *reader;
    struct completeness *completeness;
    struct exporter *exporter;
};

static void on_beginning(void *arg)
{
    const struct questions *questions = arg;
    completeness_note(questions->completeness);
}

static void on_complete(void *arg, struct analytics_report *report, uint64_t stored_sequence)
{
    const struct questions *questions = arg;
    completeness_tell(questions->completeness, report, stored_sequence);
}

struct questions *questions_new(struct event_base *base, const struct questions_settings *settings,
                                struct metrics *metrics, struct log *log)
{
    struct questions *questions = memory_zeroed(sizeof *questions);
    const struct analytics_reader_settings reader_settings = {
        .target = settings->target,
        .journal = settings->journal_id,
        .connections = settings->connections,
        .listener = {.beginning = on_beginning, .complete = on_complete, .arg = questions}};
    questions->completeness =
        completeness_new(base, settings->journal, settings->backlog, settings->sums);
    questions->reader = analytics_reader_new(base, &reader_settings, metrics, log);
    questions->exporter = exporter_new(base, settings->target, metrics, log);
    return questions;
}

void questions_free(struct questions *questions)
{
    if (questions == NULL)
        return;
    questions_stop(questions);
    analytics_reader_free(questions->reader);
    completeness_free(questions->completeness);
    exporter_free(questions->exporter);
    free(questions);
}

void questions_start(struct questions *questions)
{
    analytics_reader_start(questions->reader);
}

void questions_stop(struct questions *questions)
{
    analytics_reader_stop(questions->reader);
    exporter_stop(questions->exporter);
}

enum result questions_ask(struct questions *questions, const struct analytics_query *query,
                          analytics_done_fn done, void *arg, struct error *error)
{
    return analytics_reader_ask(questions->reader, query, done, arg, error);
}

enum result questions_export(struct questions *questions, const struct export_question *question,
                             struct export_listener listener, struct export **export,
                             const char **reason)
{
    return export_open(questions->exporter, question, listener, export, reason);
}
