/* What a client may write into a column of an ad. */
#include "protocol/ad_rules.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "protocol/ad_rules_json.h"
#include "protocol/near.h"
#include "protocol/text.h"
#include "protocol/timestamp.h"
#include "protocol/web_url.h"

enum { PIXELS_MAX = 65535, DAY_MS = 24 * 3600 * 1000, WEIGHT_MAX = 1000000, MARKUP_MAX = 65536 };

#define PIXELS "pixels"
#define MILLISECONDS "milliseconds"

static const struct ad_rule rules[] = {
    {"image_url", AD_RULE_URL, 0, WEB_URL_MAX_BYTES, NULL},
    {"target_url", AD_RULE_URL, 0, WEB_URL_MAX_BYTES, NULL},
    {"title", AD_RULE_TEXT, 0, 1000, NULL},
    {"video_url", AD_RULE_URL, 0, WEB_URL_MAX_BYTES, NULL},
    {"video_type", AD_RULE_MEDIA_TYPE, 0, 255, NULL},
    {"video_width", AD_RULE_NUMBER, 1, PIXELS_MAX, PIXELS},
    {"video_height", AD_RULE_NUMBER, 1, PIXELS_MAX, PIXELS},
    {"duration_ms", AD_RULE_NUMBER, 1, DAY_MS, MILLISECONDS},
    {"active", AD_RULE_FLAG, 0, 0, NULL},
    {"starts_at", AD_RULE_TIME, 0, 0, NULL},
    {"ends_at", AD_RULE_TIME, 0, 0, NULL},
    {"weight", AD_RULE_NUMBER, 0, WEIGHT_MAX, "its share of the rotation, 0 for none"},
    {"skip_after_ms", AD_RULE_NUMBER, 0, DAY_MS, MILLISECONDS},
    {"image_width", AD_RULE_NUMBER, 1, PIXELS_MAX, PIXELS},
    {"image_height", AD_RULE_NUMBER, 1, PIXELS_MAX, PIXELS},
    {"advertiser", AD_RULE_TEXT, 0, 1000, NULL},
    {"category", AD_RULE_TEXT, 0, 255, NULL},
    {"wrapper_url", AD_RULE_URL, 0, WEB_URL_MAX_BYTES, NULL},
    {"media_files", AD_RULE_JSON, 0, AD_RULE_JSON_MAX_BYTES, NULL},
    {"trackers", AD_RULE_JSON, 0, AD_RULE_JSON_MAX_BYTES, NULL},
    {"progress_offsets_ms", AD_RULE_JSON, 0, AD_RULE_JSON_MAX_BYTES, NULL},
    {"ad_verifications", AD_RULE_MARKUP, 0, MARKUP_MAX, NULL},
    {.name = NULL},
};

/* What others call it. */
static const struct {
    const char *name;
    const char *meant;
} slips[] = {
    {"name", "title"},
    {"headline", "title"},
    {"label", "title"},
    {"url", "target_url"},
    {"click_url", "target_url"},
    {"landing_url", "target_url"},
    {"link", "target_url"},
    {"clickthrough", "target_url"},
    {"enabled", "active"},
    {"status", "active"},
    {"paused", "active"},
    {"from", "starts_at"},
    {"until", "ends_at"},
    {"duration", "duration_ms"},
    {"skip", "skip_after_ms"},
    {"width", "video_width"},
    {"height", "video_height"},
    {"vast_url", "wrapper_url"},
    {"offsets", "progress_offsets_ms"},
    {"verifications", "ad_verifications"},
};

const struct ad_rule *ad_rules(void)
{
    return rules;
}

const struct ad_rule *ad_rule_find(const char *name)
{
    for (const struct ad_rule *rule = rules; rule->name != NULL; rule++) {
        if (strcmp(rule->name, name) == 0)
            return rule;
    }
    return NULL;
}

/* Whether both have the same letters and digits: imageUrl and image-url are image_url. */
static bool is_spelling_of(const char *one, const char *other)
{
    for (;;) {
        one += strspn(one, "_- .");
        other += strspn(other, "_- .");
        if (*one == '\0' || *other == '\0' || strncasecmp(one, other, 1) != 0)
            return *one == *other;
        one++;
        other++;
    }
}

const char *ad_rule_near(const char *name)
{
    for (const struct ad_rule *rule = rules; rule->name != NULL; rule++) {
        if (is_spelling_of(name, rule->name) || near_is(name, rule->name))
            return rule->name;
    }
    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        if (is_spelling_of(name, slips[i].name))
            return slips[i].meant;
    }
    return NULL;
}

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        break;
    }
    return "null";
}

/* A token (RFC 9110 section 5.6.2). */
static size_t token_bytes(const char *at)
{
    return strspn(at,
                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~");
}

/* Parameters may follow, which are not looked at. */
static bool is_media_type(const char *text)
{
    size_t type = token_bytes(text);
    if (type == 0 || text[type] != '/')
        return false;
    const char *subtype = text + type + 1;
    size_t length = token_bytes(subtype);
    return length > 0 && (subtype[length] == '\0' || subtype[length] == ';');
}

static enum result check_text(const struct ad_rule *rule, const char *text, size_t bytes,
                              struct error *error)
{
    if (bytes > (size_t)rule->most)
        return error_set(error, RESULT_INVALID, "must be at most %lld bytes long (it has %zu)",
                         (long long)rule->most, bytes);
    if (rule->kind != AD_RULE_MARKUP && !text_is_printable(text, bytes))
        return error_set(error, RESULT_INVALID, "must not have control characters");
    if (rule->kind == AD_RULE_URL && !web_url_is_target(text))
        return error_set(error, RESULT_INVALID, "must be an http or https URL with a host");
    if (rule->kind == AD_RULE_MEDIA_TYPE && !is_media_type(text))
        return error_set(error, RESULT_INVALID, "must be a media type, as video/mp4");
    return RESULT_OK;
}

static enum result read_text(const struct ad_rule *rule, json_t *value, json_t **written,
                             struct error *error)
{
    const char *text = json_string_value(value);
    size_t bytes = json_string_length(value);
    if (!json_is_string(value))
        return error_set(error, RESULT_INVALID, "must be a text, not %s", type_name(value));
    if (bytes == 0) {
        *written = json_null();
        return RESULT_OK;
    }
    enum result result = check_text(rule, text, bytes, error);
    if (result == RESULT_OK)
        *written = json_incref(value);
    return result;
}

static enum result read_number(const struct ad_rule *rule, json_t *value, json_t **written,
                               struct error *error)
{
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < rule->least || number > rule->most)
        return error_set(error, RESULT_INVALID, "must be a whole number from %lld to %lld (%s)",
                         (long long)rule->least, (long long)rule->most, rule->unit);
    *written = json_incref(value);
    return RESULT_OK;
}

static enum result read_flag(json_t *value, json_t **written, struct error *error)
{
    if (!json_is_boolean(value))
        return error_set(error, RESULT_INVALID, "must be true or false, not %s", type_name(value));
    *written = json_incref(value);
    return RESULT_OK;
}

/* As the server writes it. */
static enum result read_time(json_t *value, json_t **written, struct error *error)
{
    char text[TIMESTAMP_TEXT_SIZE];
    int64_t time_us;
    bool is_cut = false;
    if (!json_is_string(value) ||
        timestamp_parse(json_string_value(value), json_string_length(value), &time_us, &is_cut) !=
            RESULT_OK)
        return error_set(error, RESULT_INVALID,
                         "must be a time with its zone as RFC 3339 has it, 2026-01-31T12:00:00Z");
    if (is_cut)
        return error_set(error, RESULT_INVALID, "must not be finer than a microsecond");
    timestamp_format(time_us, text);
    *written = json_string(text);
    return RESULT_OK;
}

enum result ad_rule_check(const struct ad_rule *rule, json_t *value, json_t **written,
                          struct error *error)
{
    switch (rule->kind) {
    case AD_RULE_URL:
    case AD_RULE_TEXT:
    case AD_RULE_MEDIA_TYPE:
    case AD_RULE_MARKUP:
        return read_text(rule, value, written, error);
    case AD_RULE_NUMBER:
        return read_number(rule, value, written, error);
    case AD_RULE_FLAG:
        return read_flag(value, written, error);
    case AD_RULE_TIME:
        return read_time(value, written, error);
    case AD_RULE_JSON:
        break;
    }
    enum result result = ad_rule_check_json(rule->name, value, error);
    if (result == RESULT_OK)
        *written = json_incref(value);
    return result;
}
