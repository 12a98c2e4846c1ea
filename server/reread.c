/* What a changed file of the configuration changes. */
#include "server/reread.h"

#include <stdbool.h>
#include <stdlib.h>

#include "metrics/log.h"
#include "protocol/serving_token.h"
#include "server/access/secrets.h"
#include "server/config.h"
#include "server/config_files.h"
#include "server/handlers/access.h"
#include "server/handlers/context.h"
#include "store/store.h"

/* What a file was found to hold. */
struct finding {
    enum config_news news;
    char *text; /* of one that has changed; owned until it is kept */
    struct error error;
};

/* Puts `text` into force. Returns false with an error, nothing changed. */
typedef bool (*apply_fn)(const struct reread *reread, const char *text, struct error *error);

static bool apply_token_secret(const struct reread *reread, const char *text, struct error *error)
{
    struct token_keys *keys = token_keys_new(text, error);
    if (keys == NULL)
        return false;
    token_keys_free(*reread->token_keys);
    *reread->token_keys = keys;
    reread->context->token_keys = keys;
    return true;
}

static bool apply_db_conn(const struct reread *reread, const char *text, struct error *error)
{
    return store_retarget(reread->store, text, error) == RESULT_OK;
}

static bool apply_log_level(const struct reread *reread, const char *text, struct error *error)
{
    enum log_level level = LOG_INFO;
    if (log_level_parse(text, &level) != 0)
        return error_set(error, RESULT_INVALID, "it is no level") == RESULT_OK;
    log_set_level(reread->log, level);
    return true;
}

static const struct {
    apply_fn apply;    /* NULL = apply_tokens() does */
    const char *words; /* of what is in force now */
} effects[CONFIG_FILES] = {
    [CONFIG_ADMIN_TOKEN] = {NULL, "in force at once, the old one is refused"},
    [CONFIG_READ_TOKEN] = {NULL, "in force at once, the old one is refused and sessions are over"},
    [CONFIG_TOKEN_SECRET] = {apply_token_secret, "its first one signs from now on"},
    [CONFIG_DB_CONN] = {apply_db_conn,
                        "new connections use it, those that are up stay until they end"},
    [CONFIG_LOG_LEVEL] = {apply_log_level, "in force at once"},
};

static void refuse(struct finding *finding, const struct error *error)
{
    finding->news = CONFIG_UNUSABLE;
    finding->error = *error;
    free(finding->text);
    finding->text = NULL;
}

/* Both at once: each may become what the other was. */
static void apply_tokens(const struct reread *reread, struct finding findings[static CONFIG_FILES])
{
    static const enum config_file files[] = {CONFIG_ADMIN_TOKEN, CONFIG_READ_TOKEN};
    const char *tokens[] = {reread->config->admin_token, reread->config->read_token};
    struct error error = {""};
    bool is_changed = false;
    for (int i = 0; i < 2; i++) {
        if (findings[files[i]].news != CONFIG_CHANGED)
            continue;
        tokens[i] = findings[files[i]].text;
        is_changed = true;
    }
    if (!is_changed || access_secrets_set(access_secrets(reread->context->access), tokens[0],
                                          tokens[1], &error) == RESULT_OK)
        return;
    for (int i = 0; i < 2; i++) {
        if (findings[files[i]].news == CONFIG_CHANGED)
            refuse(&findings[files[i]], &error);
    }
}

static void apply(const struct reread *reread, struct finding findings[static CONFIG_FILES])
{
    struct error error = {""};
    apply_tokens(reread, findings);
    for (int i = 0; i < CONFIG_FILES; i++) {
        if (findings[i].news == CONFIG_CHANGED && effects[i].apply != NULL &&
            !effects[i].apply(reread, findings[i].text, &error))
            refuse(&findings[i], &error);
    }
}

static void keep(const struct reread *reread, enum config_file file, struct finding *finding)
{
    const char *name = config_file_variable(file);
    if (finding->news == CONFIG_CHANGED) {
        config_file_keep(reread->config, file, finding->text);
        log_tell(reread->log, "server", "%s has changed: %s", name, effects[file].words);
    } else if (finding->news == CONFIG_UNUSABLE) {
        log_write(reread->log, LOG_ERROR, "server", "%s stays as it was: %s", name,
                  finding->error.text);
    }
}

void reread_files(const struct reread *reread)
{
    struct finding findings[CONFIG_FILES] = {{.text = NULL}};
    unsigned counts[3] = {0};
    unsigned files = 0;
    for (int i = 0; i < CONFIG_FILES; i++) {
        if (reread->config->values[i].path != NULL)
            findings[i].news = config_file_look(reread->config, (enum config_file)i,
                                                &findings[i].text, &findings[i].error);
    }
    apply(reread, findings);
    for (int i = 0; i < CONFIG_FILES; i++) {
        if (reread->config->values[i].path == NULL)
            continue;
        files++;
        counts[findings[i].news]++;
        keep(reread, (enum config_file)i, &findings[i]);
    }
    log_tell(reread->log, "server",
             "files reread, all other variables need a restart files=%u changed=%u unusable=%u",
             files, counts[CONFIG_CHANGED], counts[CONFIG_UNUSABLE]);
}
