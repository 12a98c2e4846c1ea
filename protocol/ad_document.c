/* An ad as its operator writes it. */
#include "protocol/ad_document.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/ad_rules.h"
#include "protocol/memory.h"
#include "protocol/strict_json.h"
#include "protocol/text.h"

/* What the server alone writes. A time that is sent back is compared as it is written here. */
static const struct ad_rule read_only[] = {
    {"id", AD_RULE_NUMBER, 1, INT32_MAX, "the ad's own"},
    {"archived_at", AD_RULE_TIME, 0, 0, NULL},
    {"state", AD_RULE_TEXT, 0, 255, NULL},
    {"etag", AD_RULE_TEXT, 0, 255, NULL},
};

static const struct ad_rule *find_read_only(const char *name)
{
    for (size_t i = 0; i < sizeof read_only / sizeof read_only[0]; i++) {
        if (strcmp(read_only[i].name, name) == 0)
            return &read_only[i];
    }
    return NULL;
}

static enum result refuse(struct ad_document_fault *fault, const char *field, const char *reason)
{
    (void)snprintf(fault->field, sizeof fault->field, "%s", field);
    return error_set(&fault->error, RESULT_INVALID, "%s: %s", field, reason);
}

static enum result refuse_unknown(struct ad_document_fault *fault, const char *name)
{
    char reason[160];
    const char *meant = ad_rule_near(name);
    size_t bytes = strlen(name);
    if (bytes >= sizeof fault->field || !text_is_printable(name, bytes))
        return error_set(&fault->error, RESULT_INVALID, "a member is none that an ad has");
    (void)snprintf(reason, sizeof reason, "an ad has no such field%s%s%s",
                   meant != NULL ? ": did you mean " : "", meant != NULL ? meant : "",
                   meant != NULL ? "?" : "");
    return refuse(fault, name, reason);
}

/* Of `name` into `members`. */
static enum result read_member(json_t *members, enum ad_document_kind kind, const char *name,
                               json_t *value, struct ad_document_fault *fault)
{
    const struct ad_rule *rule = ad_rule_find(name);
    json_t *written = NULL;
    struct error error;
    bool is_read_only = rule == NULL;
    if (is_read_only)
        rule = find_read_only(name);
    if (rule == NULL)
        return refuse_unknown(fault, name);
    if (json_is_null(value))
        written = json_null();
    else if (is_read_only && kind == AD_DOCUMENT_NEW)
        return refuse(fault, name, "is the server's to give: leave it out");
    else if (ad_rule_check(rule, value, &written, &error) != RESULT_OK)
        return refuse(fault, name, error.text);
    if (json_object_set_new(members, name, written) != 0)
        memory_exhausted(0);
    return RESULT_OK;
}

static void add_missing(json_t *members)
{
    for (const struct ad_rule *rule = ad_rules(); rule->name != NULL; rule++) {
        if (json_object_get(members, rule->name) == NULL &&
            json_object_set_new(members, rule->name, json_null()) != 0)
            memory_exhausted(0);
    }
}

static enum result read_members(json_t *body, enum ad_document_kind kind, json_t *members,
                                struct ad_document_fault *fault)
{
    const char *name;
    json_t *value;
    enum result result = RESULT_OK;
    json_object_foreach(body, name, value)
    {
        result = read_member(members, kind, name, value, fault);
        if (result != RESULT_OK)
            return result;
    }
    if (kind == AD_DOCUMENT_WHOLE)
        add_missing(members);
    return result;
}

enum result ad_document_read(const char *body, size_t body_bytes, enum ad_document_kind kind,
                             struct ad_document *document, struct ad_document_fault *fault)
{
    json_t *object = NULL;
    *document = (struct ad_document){.members = NULL};
    fault->field[0] = '\0';
    enum result result = strict_json_parse_object(body, body_bytes, &object, &fault->error);
    if (result != RESULT_OK)
        return result;
    json_t *members = memory_required(json_object());
    result = read_members(object, kind, members, fault);
    if (result == RESULT_OK) {
        document->members = memory_required(json_dumps(members, JSON_COMPACT));
        document->verifications =
            memory_copy_text(json_string_value(json_object_get(members, "ad_verifications")));
    }
    json_decref(members);
    json_decref(object);
    return result;
}

void ad_document_clear(struct ad_document *document)
{
    free(document->members);
    free(document->verifications);
    *document = (struct ad_document){.members = NULL};
}
