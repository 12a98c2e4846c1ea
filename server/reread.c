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

/* Puts `text` into force. Returns false with an error, nothing changed. */
typedef bool (*apply_fn)(const struct reread *reread, const char *text, struct error *error);

static bool apply_admin_token(const struct reread *reread, const char *text, struct error *error)
{
    return access_secrets_set(access_secrets(reread->context->access), text,
                              reread->config->read_token, error) == RESULT_OK;
}

static bool apply_read_token(const struct reread *reread, const char *text, struct error *error)
{
    return access_secrets_set(access_secrets(reread->context->access), reread->config->admin_token,
                              text, error) == RESULT_OK;
}

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
    apply_fn apply;
    const char *words; /* of what is in force now */
} effects[CONFIG_FILES] = {
    [CONFIG_ADMIN_TOKEN] = {apply_admin_token, "in force at once, the old one is refused"},
    [CONFIG_READ_TOKEN] = {apply_read_token,
                           "in force at once, the old one is refused and sessions are over"},
    [CONFIG_TOKEN_SECRET] = {apply_token_secret, "its first one signs from now on"},
    [CONFIG_DB_CONN] = {apply_db_conn,
                        "new connections use it, those that are up stay until they end"},
    [CONFIG_LOG_LEVEL] = {apply_log_level, "in force at once"},
};

static enum config_news reread_file(const struct reread *reread, enum config_file file)
{
    struct error error = {""};
    char *text = NULL;
    const char *name = config_file_variable(file);
    enum config_news news = config_file_look(reread->config, file, &text, &error);
    if (news == CONFIG_CHANGED && !effects[file].apply(reread, text, &error)) {
        news = CONFIG_UNUSABLE;
        free(text);
    }
    if (news == CONFIG_CHANGED) {
        config_file_keep(reread->config, file, text);
        log_write(reread->log, LOG_INFO, "server", "%s has changed: %s", name, effects[file].words);
    } else if (news == CONFIG_UNUSABLE) {
        log_write(reread->log, LOG_ERROR, "server", "%s stays as it was: %s", name, error.text);
    }
    return news;
}

void reread_files(const struct reread *reread)
{
    unsigned counts[3] = {0};
    unsigned files = 0;
    for (int i = 0; i < CONFIG_FILES; i++) {
        if (reread->config->values[i].path == NULL)
            continue;
        files++;
        counts[reread_file(reread, (enum config_file)i)]++;
    }
    log_write(reread->log, LOG_INFO, "server",
              "files reread, all other variables need a restart files=%u changed=%u unusable=%u",
              files, counts[CONFIG_CHANGED], counts[CONFIG_UNUSABLE]);
}
