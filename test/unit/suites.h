/* Every suite of the unit tests, each of a module or of one side of the journal; main.c runs them
 * by name. */
#pragma once

#include <check.h>

Suite *log_suite(void);
Suite *metrics_suite(void);
Suite *process_suite(void);
Suite *ad_suite(void);
Suite *address_suite(void);
Suite *analytics_suite(void);
Suite *digits_suite(void);
Suite *event_suite(void);
Suite *event_pack_suite(void);
Suite *query_suite(void);
Suite *result_suite(void);
Suite *text_suite(void);
Suite *timestamp_suite(void);
Suite *backoff_suite(void);
Suite *batch_suite(void);
Suite *db_target_suite(void);
Suite *event_queue_suite(void);
Suite *bisect_suite(void);
Suite *sqlstate_suite(void);
Suite *client_address_suite(void);
Suite *config_suite(void);
Suite *http_chunks_suite(void);
Suite *http_head_suite(void);
Suite *crc32c_suite(void);
Suite *journal_format_suite(void);
Suite *journal_scan_suite(void);
Suite *journal_identity_suite(void);
Suite *journal_reader_suite(void);
Suite *journal_reader_unreadable_suite(void);
Suite *journal_commit_suite(void);
Suite *journal_commit_faults_suite(void);
Suite *journal_recovery_suite(void);
Suite *journal_segments_suite(void);
Suite *journal_scan_window_suite(void);
