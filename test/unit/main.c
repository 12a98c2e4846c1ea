/* Runs the unit tests: the suite named on the command line, or all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/suites.h"

struct named_suite {
    const char *name;
    Suite *(*make)(void);
};

static const struct named_suite SUITES[] = {
    {"log", log_suite},
    {"metrics", metrics_suite},
    {"process", process_suite},
    {"ad", ad_suite},
    {"address", address_suite},
    {"analytics", analytics_suite},
    {"digits", digits_suite},
    {"event", event_suite},
    {"event_pack", event_pack_suite},
    {"query", query_suite},
    {"result", result_suite},
    {"text", text_suite},
    {"timestamp", timestamp_suite},
    {"backoff", backoff_suite},
    {"batch", batch_suite},
    {"db_target", db_target_suite},
    {"event_queue", event_queue_suite},
    {"bisect", bisect_suite},
    {"sqlstate", sqlstate_suite},
    {"client_address", client_address_suite},
    {"config", config_suite},
    {"http_chunks", http_chunks_suite},
    {"http_head", http_head_suite},
    {"crc32c", crc32c_suite},
    {"journal_format", journal_format_suite},
    {"journal_scan", journal_scan_suite},
    {"journal_identity", journal_identity_suite},
    {"journal_reader", journal_reader_suite},
    {"journal_reader_unreadable", journal_reader_unreadable_suite},
    {"journal_commit", journal_commit_suite},
    {"journal_commit_faults", journal_commit_faults_suite},
    {"journal_recovery", journal_recovery_suite},
    {"journal_segments", journal_segments_suite},
    {"journal_scan_window", journal_scan_window_suite},
};

static int run_suite(const struct named_suite *suite)
{
    SRunner *runner = srunner_create(suite->make());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed;
}

/* Runs every suite if `name` is NULL. Returns the number of failed tests, or -1 without a match. */
static int run_named(const char *name)
{
    int failed = -1;
    for (size_t i = 0; i < sizeof(SUITES) / sizeof(SUITES[0]); i++) {
        if (name != NULL && strcmp(SUITES[i].name, name) != 0)
            continue;
        failed = (failed < 0 ? 0 : failed) + run_suite(&SUITES[i]);
    }
    return failed;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    int failed = run_named(name);
    if (failed < 0)
        (void)fprintf(stderr, "no such suite: %s\n", name);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
