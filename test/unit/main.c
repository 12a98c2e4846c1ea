/* Runs the unit tests: the suite named on the command line, or all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk/sync_worker.h"
#include "test/unit/suites.h"

struct named_suite {
    const char *name;
    Suite *(*make)(void);
};

#define NAME_SUITE(name) {#name, name##_suite},
static const struct named_suite NAMED_SUITES[] = {SUITES(NAME_SUITE)};

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
    for (size_t i = 0; i < sizeof(NAMED_SUITES) / sizeof(NAMED_SUITES[0]); i++) {
        if (name != NULL && strcmp(NAMED_SUITES[i].name, name) != 0)
            continue;
        failed = (failed < 0 ? 0 : failed) + run_suite(&NAMED_SUITES[i]);
    }
    return failed;
}

/* The tests' own sync worker is this program, as the server's is the server. */
int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], SYNC_WORKER_ARGUMENT) == 0)
        return sync_worker_run(argv[2]);
    const char *name = argc > 1 ? argv[1] : NULL;
    int failed = run_named(name);
    if (failed < 0)
        (void)fprintf(stderr, "no such suite: %s\n", name);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
