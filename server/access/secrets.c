/* The tokens. */
#include "server/access/secrets.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/digest.h"
#include "protocol/memory.h"
#include "server/access/session.h"

struct access_secrets {
    char *admin_token; /* NULL = there is none */
    char *read_token;
    struct session_key *session_key; /* of `read_token` */
};

enum result access_token_check(const char *variable, const char *value, struct error *error)
{
    size_t bytes = 0;
    while (value[bytes] > ' ' && value[bytes] < '\x7f')
        bytes++;
    if (value[bytes] != '\0' || bytes < ACCESS_TOKEN_MIN_BYTES)
        return error_set(error, RESULT_INVALID,
                         "%s must be at least %d characters of visible ASCII without blanks",
                         variable, ACCESS_TOKEN_MIN_BYTES);
    return RESULT_OK;
}

enum result access_tokens_check(const char *admin_token, const char *read_token,
                                struct error *error)
{
    if (admin_token == NULL || read_token == NULL || strcmp(admin_token, read_token) != 0)
        return RESULT_OK;
    return error_set(error, RESULT_INVALID,
                     "ADMIN_TOKEN and READ_TOKEN must not be the same: who reads could change");
}

struct access_secrets *access_secrets_new(void)
{
    return memory_zeroed(sizeof(struct access_secrets));
}

static void clear(struct access_secrets *secrets)
{
    free(secrets->admin_token);
    free(secrets->read_token);
    session_key_free(secrets->session_key);
    *secrets = (struct access_secrets){0};
}

void access_secrets_free(struct access_secrets *secrets)
{
    if (secrets == NULL)
        return;
    clear(secrets);
    free(secrets);
}

enum result access_secrets_set(struct access_secrets *secrets, const char *admin_token,
                               const char *read_token, struct error *error)
{
    if ((admin_token != NULL &&
         access_token_check("ADMIN_TOKEN", admin_token, error) != RESULT_OK) ||
        (read_token != NULL && access_token_check("READ_TOKEN", read_token, error) != RESULT_OK) ||
        access_tokens_check(admin_token, read_token, error) != RESULT_OK)
        return RESULT_INVALID;
    struct access_secrets old = *secrets; /* the new ones may be these */
    *secrets = (struct access_secrets){.admin_token = memory_copy_text(admin_token),
                                       .read_token = memory_copy_text(read_token),
                                       .session_key =
                                           read_token == NULL ? NULL : session_key_new(read_token)};
    clear(&old);
    return RESULT_OK;
}

bool access_secrets_has_admin(const struct access_secrets *secrets)
{
    return secrets->admin_token != NULL;
}

bool access_secrets_has_read(const struct access_secrets *secrets)
{
    return secrets->read_token != NULL;
}

static bool is_token(const char *text, const char *token)
{
    return text != NULL && token != NULL && digest_is_same_text(text, token);
}

bool access_secrets_is_admin(const struct access_secrets *secrets, const char *text)
{
    return is_token(text, secrets->admin_token);
}

bool access_secrets_is_read(const struct access_secrets *secrets, const char *text)
{
    return is_token(text, secrets->read_token);
}

struct session_key *access_secrets_session_key(const struct access_secrets *secrets)
{
    return secrets->session_key;
}
