/* Everything that lasts: wires journal, intake, writer, catalogue and questions. */
#include "store/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "protocol/event_fields.h"
#include "protocol/memory.h"
#include "store/administration/administration.h"
#include "store/base/refusals.h"
#include "store/catalogue/catalogue.h"
#include "store/disk/syncer.h"
#include "store/drain.h"
#include "store/ingest/backlog.h"
#include "store/ingest/intake.h"
#include "store/ingest/session.h"
#include "store/ingest/sum_writer.h"
#include "store/ingest/writer.h"
#include "store/journal/identity.h"
#include "store/journal/journal.h"
#include "store/lineage.h"
#include "store/maintenance.h"
#include "store/questions.h"
#include "store/source.h"
#include "store/targets.h"
#include "store/token_secret.h"

struct store {
    const struct store_settings *settings;
    struct metrics *metrics;
    struct log *log;
    struct refusals refusals;
    struct store_targets targets;
    struct syncer *syncer;
    struct journal *journal;
    struct intake *intake;
    struct ingest_settings ingest_settings;
    struct writer *writer;
    struct sum_writer *sums;
    struct maintenance *maintenance;
    struct catalogue *catalogue;
    struct questions *questions;
    struct administration *administration;
    char journal_id[UUID_TEXT_SIZE];
    char nonce[UUID_TEXT_SIZE];
    char *token_secret; /* owned; NULL = the settings have them */
    struct drain drain;
};

enum result store_retarget(struct store *store, const char *db_conn, struct error *error)
{
    return store_targets_replace(&store->targets, db_conn, error);
}

static enum refusal refusal(const struct store *store)
{
    if (store->drain.has_begun)
        return REFUSAL_SHUTTING_DOWN;
    return writer_is_fenced(store->writer) ? REFUSAL_FENCED : journal_refusal(store->journal);
}

const char *store_refusal(const struct store *store)
{
    return refusal_text(refusal(store));
}

bool store_has_ad(const struct store *store, int32_t ad_id)
{
    return ad_id == 0 || catalogue_find(store->catalogue, ad_id) != AD_UNKNOWN;
}

static enum result fault_unknown(struct store_fault *fault, size_t index)
{
    *fault = (struct store_fault){.reason = "there is no ad with this ad_id", .index = index};
    return RESULT_UNKNOWN;
}

static enum result fault_refused(struct store *store, enum refusal refusal, size_t count,
                                 struct store_fault *fault)
{
    *fault = (struct store_fault){.reason = refusal_text(refusal)};
    refusals_count(&store->refusals, refusal, count);
    return RESULT_BUSY;
}

enum result store_submit(struct store *store, const struct event *events, size_t count,
                         store_done_fn done, void *arg, struct store_fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        if (!store_has_ad(store, events[i].ad_id))
            return fault_unknown(fault, i);
    }
    if (intake_is_too_large(store->intake, events, count)) {
        *fault = (struct store_fault){"these are more events than the journal takes at once", 0};
        return RESULT_TOO_LARGE;
    }
    enum refusal reason = refusal(store);
    if (reason == REFUSAL_NONE)
        reason = intake_submit(store->intake, events, count, done, arg);
    return reason == REFUSAL_NONE ? RESULT_OK : fault_refused(store, reason, count, fault);
}

void store_add(struct store *store, enum event_kind kind, int32_t ad_id, const char *placement,
               enum event_verdict verdict, int32_t reason, uint32_t quantity)
{
    struct sum sum = {.quantity = quantity,
                      .ad_id = ad_id,
                      .reason = reason,
                      .kind = (uint8_t)kind,
                      .verdict = (uint8_t)verdict};
    size_t bytes = placement == NULL ? 0 : strlen(placement);
    assert(!event_kind_is_clients(kind) && reason >= 0);
    assert(ad_id > (event_kind_may_lack_ad(kind) ? -1 : 0));
    assert(bytes == 0 || event_fields_is_placement(placement, bytes));
    sum.placement_bytes = (uint8_t)bytes;
    if (bytes > 0)
        memcpy(sum.placement, placement, bytes);
    sum_writer_add(store->sums, &sum, clock_wall_us());
}

uint64_t store_pending_events(const struct store *store)
{
    return backlog_waiting(intake_backlog(store->intake));
}

/* Of a journal that is another process's nothing can be said here. */
static uint64_t count_waiting(void *arg)
{
    const struct store *store = arg;
    return writer_is_fenced(store->writer) ? UINT64_MAX : store_pending_events(store);
}

struct store_status store_status(const struct store *store)
{
    struct maintenance_news news = maintenance_tell(store->maintenance);
    return (struct store_status){.is_connected = news.is_connected,
                                 .as_of_us = news.told_us,
                                 .instances = news.instances,
                                 .accepted_events = intake_accepted(store->intake),
                                 .pending_events = store_pending_events(store)};
}

struct ad_listing *store_ads(struct store *store)
{
    return catalogue_listing(store->catalogue);
}

const char *store_ads_trouble(const struct store *store)
{
    return catalogue_trouble(store->catalogue);
}

bool store_has_ads(const struct store *store)
{
    return catalogue_has_ads(store->catalogue);
}

const struct ad *store_ad(const struct store *store, int32_t id)
{
    return catalogue_ad(store->catalogue, id);
}

enum nofill_reason store_pick(struct store *store, enum document_kind kind, int64_t now_us,
                              const struct ad **ad)
{
    return catalogue_pick(store->catalogue, kind, now_us, ad);
}

const struct document *store_document(struct store *store, const struct ad *ad,
                                      enum document_kind kind)
{
    return catalogue_document(store->catalogue, ad, kind);
}

const char *store_token_secret(const struct store *store)
{
    return store->token_secret != NULL ? store->token_secret : store->settings->token_secret;
}

enum result store_analytics(struct store *store, const struct analytics_query *query,
                            store_analytics_fn done, void *arg, struct error *error)
{
    return questions_ask(store->questions, query, done, arg, error);
}

enum result store_export(struct store *store, const struct export_question *question,
                         struct export_listener listener, struct export **export,
                         const char **reason)
{
    return questions_export(store->questions, question, listener, export, reason);
}

struct administration *store_administration(const struct store *store)
{
    return store->administration;
}

static bool is_settled(void *arg)
{
    const struct store *store = arg;
    return sum_writer_is_empty(store->sums) && intake_is_settled(store->intake) &&
           backlog_waiting(intake_backlog(store->intake)) == 0;
}

static uint64_t end_drain(void *arg)
{
    struct store *store = arg;
    catalogue_stop(store->catalogue);
    administration_stop(store->administration);
    questions_stop(store->questions);
    maintenance_stop(store->maintenance);
    writer_stop(store->writer);
    sum_writer_give_up(store->sums);
    return backlog_waiting(intake_backlog(store->intake));
}

static void look_if_drained(void *arg)
{
    struct store *store = arg;
    drain_look(&store->drain);
}

void store_drain(struct store *store, uint32_t grace_ms, store_drained_fn drained, void *arg)
{
    drain_begin(&store->drain, grace_ms, drained, arg);
    sum_writer_flush(store->sums);
    writer_hurry(store->writer);
    look_if_drained(store);
}

static void on_queued(void *arg)
{
    struct store *store = arg;
    writer_wake(store->writer);
    look_if_drained(store);
}

static void on_stored(void *arg, unsigned lane, uint64_t sequence)
{
    struct store *store = arg;
    backlog_stored(intake_backlog(store->intake), lane, sequence);
    look_if_drained(store);
}

static bool may_write_sums(void *arg)
{
    const struct store *store = arg;
    return !writer_is_fenced(store->writer) && journal_refusal(store->journal) == REFUSAL_NONE;
}

static void on_silent(void *arg)
{
    struct store *store = arg;
    writer_give_up(store->writer);
}

/* A batch may take its time, as behind a lock; a server that answers nobody is gone. */
static void on_waiting(void *arg, unsigned times)
{
    struct store *store = arg;
    if (!catalogue_ping(store->catalogue, on_silent, store) && times > 1)
        writer_give_up(store->writer);
}

static void on_claimed(void *arg)
{
    struct store *store = arg;
    catalogue_start(store->catalogue); /* it is there: nobody need wait any more */
    questions_start(store->questions);
    maintenance_start(store->maintenance);
    journal_claimed(store->journal);
}

static void make_writer(struct store *store, struct event_base *base)
{
    const struct journal_identity *identity = journal_identity(store->journal);
    uuid_format(identity->journal, store->journal_id);
    uuid_format(identity->nonce, store->nonce);
    store->ingest_settings = (struct ingest_settings){.sample_data = store->settings->sample_data,
                                                      .journal = store->journal_id,
                                                      .nonce = store->nonce,
                                                      .lineage = store_lineage(store->journal)};
    const struct writer_listener listener = {
        .claimed = on_claimed, .stored = on_stored, .waiting = on_waiting, .arg = store};
    store->writer = writer_new(base, &store->targets.writing, &store->ingest_settings,
                               store_source(intake_backlog(store->intake)), listener,
                               store->metrics, store->log);
}

static void make_questions(struct store *store, struct event_base *base)
{
    const struct questions_settings settings = {.target = store_targets_reading(&store->targets),
                                                .journal_id = store->journal_id,
                                                .connections = store->settings->reader_connections,
                                                .journal = store->journal,
                                                .backlog = intake_backlog(store->intake),
                                                .sums = store->sums};
    store->questions = questions_new(base, &settings, store->metrics, store->log);
}

/* Returns false with an error when the directory is unusable. */
static bool open_directory(struct store *store, struct event_base *base, struct error *error)
{
    const struct store_settings *settings = store->settings;
    store->syncer = syncer_new(base, store->metrics, store->log);
    store->journal =
        journal_open(base, &settings->journal, store->syncer, store->metrics, store->log, error);
    if (store->journal == NULL)
        return false;
    if (settings->token_secret == NULL)
        store->token_secret = token_secret_find(journal_directory(store->journal), store->log);
    return true;
}

static void close_directory(struct store *store)
{
    if (store->journal != NULL)
        journal_close(store->journal);
    syncer_free(store->syncer);
    store_targets_clear(&store->targets);
    free(store->token_secret);
    free(store);
}

struct store *store_new(struct event_base *base, const struct store_settings *settings,
                        struct metrics *metrics, struct log *log, struct error *error)
{
    struct store *store = memory_zeroed(sizeof *store);
    *store = (struct store){.settings = settings, .metrics = metrics, .log = log};
    refusals_init(&store->refusals, metrics);
    if (store_targets_init(&store->targets, settings->db_conn, settings->db_read_conn, error) !=
            RESULT_OK ||
        !open_directory(store, base, error)) {
        close_directory(store);
        return NULL;
    }
    store->intake = intake_new(base, store->journal, settings->queue_max_events, &store->refusals,
                               metrics, log, on_queued, store);
    /* In this order they get their sessions where the database has too few (precedence.h). */
    make_writer(store, base);
    const struct sum_writer_listener sums_listener = {
        .may_write = may_write_sums, .settled = look_if_drained, .arg = store};
    store->sums = sum_writer_new(base, store->intake, sums_listener, metrics, log);
    store->catalogue =
        catalogue_new(base, &store->targets.writing, journal_directory(store->journal),
                      store->syncer, settings->public_url, metrics, log);
    store->administration = administration_new(base, &store->targets.writing, metrics, log);
    const struct maintenance_settings maintenance = {
        .journal = store->journal_id,
        .waiting = count_waiting,
        .arg = store,
        .retention_days = settings->events_retention_days,
        .address_days = settings->address_retention_days};
    store->maintenance = maintenance_new(base, &store->targets.writing, &maintenance, metrics, log);
    make_questions(store, base);
    drain_init(&store->drain, base,
               (struct drain_listener){.is_settled = is_settled, .end = end_drain, .arg = store});
    return store;
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    writer_free(store->writer);
    maintenance_free(store->maintenance);
    catalogue_free(store->catalogue);
    questions_free(store->questions);
    administration_free(store->administration);
    intake_free(store->intake);
    drain_clear(&store->drain);
    sum_writer_free(store->sums);
    close_directory(store);
}

void store_start(struct store *store)
{
    syncer_start(store->syncer);
    journal_start(store->journal);
    writer_start(store->writer);
    catalogue_start(store->catalogue);
    questions_start(store->questions);
}
