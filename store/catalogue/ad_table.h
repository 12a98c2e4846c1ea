/*
 * The ads in memory with the list that clients get, and the snapshot on disk. All that takes long
 * is done in slices, one a turn of the event loop; then the ads and their list change in one step.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "protocol/document.h"
#include "protocol/nofill.h"

struct ad;
struct ad_listing;
struct ad_table;
struct directory;
struct event_base;
struct log;
struct metrics;
struct syncer;

/* Everything is borrowed; `public_url` is what documents point to. The ads whose snapshot an
 * earlier run left in `directory` are there at once. */
struct ad_table *ad_table_new(struct event_base *base, struct directory *directory,
                              struct syncer *syncer, const char *public_url,
                              struct metrics *metrics, struct log *log);

/* Writes to the end what it was writing of a snapshot. */
void ad_table_free(struct ad_table *table);

/*
 * Takes ownership of the rows of ad_rows_select(), whose columns fit, and makes them the ads.
 * `done` runs once, later, when they are; until then the ads stay as they were. Only while
 * ad_table_is_replacing() is false.
 */
typedef void (*ad_table_done_fn)(void *arg);
void ad_table_replace(struct ad_table *table, PGresult *rows, ad_table_done_fn done, void *arg);
bool ad_table_is_replacing(const struct ad_table *table);

/* Gives up what is being replaced, if anything is; `done` never runs. */
void ad_table_cancel(struct ad_table *table);

/* The list of the ads available now, one reference taken; NULL when there never were any. */
struct ad_listing *ad_table_listing(struct ad_table *table);

/* Whether there is a list. */
bool ad_table_has_listing(const struct ad_table *table);

/* Whether there is such an ad, available or not. */
bool ad_table_has(const struct ad_table *table, int32_t id);

/* The ad with this id, available or not; NULL = there is none that can be read. As those below,
 * borrowed until the next turn of the event loop. */
const struct ad *ad_table_find(const struct ad_table *table, int32_t id);

/* As ad_pick(): the next ad of the rotation. */
enum nofill_reason ad_table_pick(struct ad_table *table, enum document_kind kind, int64_t now_us,
                                 const struct ad **ad);

/* The document of an ad that has such a form. */
const struct document *ad_table_document(struct ad_table *table, const struct ad *ad,
                                         enum document_kind kind);

size_t ad_table_count(const struct ad_table *table);
