/* Every suite of the unit tests, each of a module or of one side of it, in the order of their
 * names. A new one is a line here; main.c runs them by name. */
#pragma once

#include <check.h>

/* clang-format off */
#define SUITES(X) \
    X(ad) \
    X(ad_array) \
    X(ad_columns) \
    X(ad_faults) \
    X(ad_fields) \
    X(ad_listing) \
    X(ad_reading) \
    X(ad_rows) \
    X(ad_set) \
    X(ad_snapshot) \
    X(ad_snapshot_file) \
    X(ad_table) \
    X(ad_trouble) \
    X(address) \
    X(analytics) \
    X(analytics_reader) \
    X(backoff) \
    X(batch) \
    X(batch_outcome) \
    X(batch_outcome_holds) \
    X(bisect) \
    X(client_address) \
    X(config) \
    X(crc32c) \
    X(db_addresses) \
    X(db_conn_state) \
    X(db_outage) \
    X(db_renewal) \
    X(db_reply) \
    X(db_target) \
    X(digest) \
    X(digits) \
    X(directory) \
    X(event_body) \
    X(event_fast) \
    X(event_json) \
    X(event_kinds) \
    X(event_pack) \
    X(event_queue) \
    X(hex) \
    X(http_admission) \
    X(http_authority) \
    X(http_chunk_extension) \
    X(http_chunks) \
    X(http_framing) \
    X(http_framing_bodies) \
    X(http_guard) \
    X(http_guard_connections) \
    X(http_head) \
    X(http_metrics) \
    X(http_octet) \
    X(http_refusal) \
    X(import_source) \
    X(intake) \
    X(intake_backlog) \
    X(journal_checkpoint) \
    X(journal_commit) \
    X(journal_commit_faults) \
    X(journal_commit_rewrite) \
    X(journal_durability) \
    X(journal_format) \
    X(journal_identity) \
    X(journal_identity_file) \
    X(journal_identity_reopen) \
    X(journal_inspect) \
    X(journal_lineage) \
    X(journal_past) \
    X(journal_reader) \
    X(journal_reader_unreadable) \
    X(journal_recovery) \
    X(journal_recovery_segments) \
    X(journal_rotation) \
    X(journal_salvage) \
    X(journal_scan) \
    X(journal_scan_window) \
    X(journal_segment_names) \
    X(journal_segments) \
    X(libevent_log) \
    X(log) \
    X(memory) \
    X(metrics) \
    X(news) \
    X(percent) \
    X(process) \
    X(query) \
    X(render) \
    X(result) \
    X(router) \
    X(session) \
    X(sqlstate) \
    X(store) \
    X(text) \
    X(timestamp) \
    X(totals) \
    X(uuid) \
    X(waiters) \
    X(writer) \
    X(writer_state)
/* clang-format on */

#define DECLARE_SUITE(name) Suite *name##_suite(void);
SUITES(DECLARE_SUITE)
#undef DECLARE_SUITE
