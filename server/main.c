/* video-ad-tracker: the command line, then the service. */
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "metrics/log.h"
#include "protocol/serving_token.h"
#include "server/config.h"
#include "server/config_files.h"
#include "server/config_sockets.h"
#include "server/daemon/passed_sockets.h"
#include "server/help.h"
#include "server/libevent_log.h"
#include "server/self_check.h"
#include "server/service.h"
#include "store/disk/sync_worker.h"
#include "store/import.h"
#include "store/journal/inspect.h"
#include "store/lane_change.h"
#include "store/settings_check.h"

enum { EXIT_USAGE = 2, LARGE_BYTES = 128 * 1024, DESCRIPTORS_FEW = 256 };

/* A connection is a descriptor: take all that the system lets us have. */
static void raise_descriptor_limit(struct log *log)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < DESCRIPTORS_FEW)
        log_write(log, LOG_WARNING, "server",
                  "few descriptors, clients will be turned away limit=%llu (ulimit -n)",
                  (unsigned long long)limit.rlim_max);
}

static struct log *make_log(const struct config *config)
{
    struct log *log = log_new(config->log_level, STDERR_FILENO);
    log_set_format(log, config->log_format);
    return log;
}

/* Before there is a log. */
static void complain(const char *text)
{
    (void)fprintf(stderr, "%svideo-ad-tracker: %s\n", log_is_journal(STDERR_FILENO) ? "<3>" : "",
                  text);
}

/* What has been set and can't be used, and is the same at the next start: nobody need try. */
static enum result look_at_settings(struct config *config, struct error *error)
{
    struct passed_sockets sockets;
    if (passed_sockets_take(&sockets, error) != RESULT_OK ||
        config_sockets_put(config, &sockets, error) != RESULT_OK ||
        store_settings_check(&config->store, error) != RESULT_OK)
        return RESULT_INVALID;
    if (config->store.token_secret == NULL)
        return RESULT_OK;
    struct token_keys *keys = token_keys_new(config->store.token_secret, error);
    token_keys_free(keys);
    return keys == NULL ? RESULT_INVALID : RESULT_OK;
}

static int run_service(struct config *config, struct log *log)
{
    struct error error = {""};
    struct service *service = service_new(config, log, &error);
    if (service != NULL)
        service_run(service);
    else
        log_write(log, LOG_ERROR, "server", "%s", error.text);
    service_free(service);
    return service == NULL;
}

static int serve(struct config *config, char *const *operands)
{
    (void)operands;
    struct error error = {""};
    struct log *log = make_log(config);
    if (look_at_settings(config, &error) != RESULT_OK) {
        log_write(log, LOG_ERROR, "server", "%s", error.text);
        log_free(log);
        return EXIT_USAGE;
    }
    libevent_log_start(log);
    raise_descriptor_limit(log);
    if (config->store.db_conn == NULL)
        log_write(log, LOG_INFO, "server",
                  "DB_CONN is not set: libpq's defaults apply (PGHOST ...)");
    int status = run_service(config, log);
    libevent_log_stop();
    log_free(log);
    return status;
}

static int check(struct config *config, char *const *operands)
{
    (void)operands;
    struct error error;
    if (self_check(&config->listener, &error) == RESULT_OK)
        return 0;
    (void)fprintf(stderr, "video-ad-tracker: --check: %s\n", error.text);
    return 1;
}

static int inspect(struct config *config, char *const *operands)
{
    (void)operands;
    struct error error;
    if (journal_inspect(config->store.journal.directory, stdout, &error) == RESULT_OK)
        return 0;
    (void)fprintf(stderr, "video-ad-tracker: --journal: %s\n", error.text);
    return 1;
}

/* The directory, perhaps --force. */
static int import(struct config *config, char *const *operands)
{
    struct error error = {""};
    struct log *log = make_log(config);
    const struct import_settings settings = {.db_conn = config->store.db_conn,
                                             .directory = operands[0],
                                             .is_forced = operands[1] != NULL,
                                             .out = stdout};
    enum result result = import_journal(&settings, log, &error);
    if (result != RESULT_OK)
        (void)fprintf(stderr, "video-ad-tracker: --import: %s\n", error.text);
    log_free(log);
    if (result == RESULT_INVALID)
        return EXIT_USAGE;
    return result == RESULT_OK ? 0 : 1;
}

static int lanes(struct config *config, char *const *operands)
{
    struct error error = {""};
    struct log *log = make_log(config);
    const struct lane_change_settings settings = {
        .db_conn = config->store.db_conn, .lanes = operands[0], .out = stdout};
    enum result result = lane_change(&settings, log, &error);
    if (result != RESULT_OK)
        (void)fprintf(stderr, "video-ad-tracker: --lanes: %s\n", error.text);
    log_free(log);
    if (result == RESULT_INVALID)
        return EXIT_USAGE;
    return result == RESULT_OK ? 0 : 1;
}

static const struct command {
    const char *name; /* the first argument; "" = none is given */
    int arguments;
    const char *option; /* one more, at the end; NULL = none may be given */
    bool reads_files; /* of the configuration: a look must not fail for a secret it does not need */
    int (*run)(struct config *config, char *const *operands);
} commands[] = {{"", 0, NULL, true, serve},
                {"--check", 1, NULL, false, check},
                {"--journal", 1, NULL, false, inspect},
                {"--import", 2, "--force", true, import},
                {"--lanes", 2, NULL, true, lanes}};

/* Of the arguments behind the program's name. */
static const struct command *find_command(int count, char *const *arguments)
{
    const char *name = count <= 0 ? "" : arguments[0];
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command *command = &commands[i];
        bool has_option = command->option != NULL && count == command->arguments + 1 &&
                          strcmp(arguments[command->arguments], command->option) == 0;
        if (strcmp(name, command->name) == 0 && (count == command->arguments || has_option))
            return command;
    }
    return NULL;
}

/* The last three end a process out of habit: a terminal that closes, a log that is rotated. The
 * service gives SIGHUP a meaning. */
static void ignore_signals(void)
{
    static const int numbers[] = {SIGPIPE, SIGXFSZ /* a limit on files is a full disk */, SIGHUP,
                                  SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        (void)signal(numbers[i], SIG_IGN);
}

int main(int argc, char **argv)
{
    ignore_signals();
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        help_print(stdout);
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)printf("video-ad-tracker %s (%s)\n", ADTRACKER_VERSION, ADTRACKER_REVISION);
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], SYNC_WORKER_ARGUMENT) == 0)
        return sync_worker_run(argv[2]);
    const struct command *command = find_command(argc - 1, argv + 1);
    if (command == NULL) {
        complain("wrong arguments, see --help");
        return EXIT_USAGE;
    }
    struct config config;
    struct error error;
    if (config_read(&config, &error) != RESULT_OK) {
        complain(error.text);
        return EXIT_USAGE;
    }
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES); /* memory of a rush goes back when it is over */
    int status = EXIT_USAGE;
    if (command->reads_files && config_files_read(&config, &error) != RESULT_OK)
        complain(error.text);
    else
        status = command->run(&config, argc > 2 ? argv + 2 : NULL);
    config_clear(&config);
    return status;
}
