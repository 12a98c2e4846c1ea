/* The bounds are checked before jansson sees the text: by then it would have paid for them. */
#include "protocol/strict_json.h"

#include <stdbool.h>
#include <string.h>

#include "protocol/text.h"

enum { DUPLICATE_NAME_SIZE = 33 };

/* Whether the first character opens an object. */
static enum result check_start(const char *body, size_t body_bytes, struct error *error)
{
    size_t i = 0;
    while (i < body_bytes && text_is_blank(body[i]))
        i++;
    if (i == body_bytes)
        return error_set(error, RESULT_MALFORMED, "the body is empty");
    if (body[i] != '{')
        return error_set(error, RESULT_MALFORMED, "the body is not a JSON object");
    return RESULT_OK;
}

static enum result check_bounds(const char *body, size_t body_bytes, struct error *error)
{
    size_t depth = 0;
    size_t members = 0;
    bool in_string = false;
    for (size_t i = 0; i < body_bytes; i++) {
        char c = body[i];
        if (c == '\0')
            return error_set(error, RESULT_MALFORMED, "the body has a NUL at byte %zu", i + 1);
        if (c == '"')
            in_string = !in_string;
        else if (in_string)
            i += c == '\\';
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
        else if (c == ':' && depth == 1)
            members++;
        if (depth > STRICT_JSON_MAX_DEPTH)
            return error_set(error, RESULT_MALFORMED, "the body is nested deeper than %d levels",
                             STRICT_JSON_MAX_DEPTH);
        if (members > STRICT_JSON_MAX_MEMBERS)
            return error_set(error, RESULT_MALFORMED, "the body has more than %d members",
                             STRICT_JSON_MAX_MEMBERS);
    }
    return RESULT_OK;
}

static const char *fault_words(enum json_error_code code)
{
    switch (code) {
    case json_error_invalid_utf8:
        return "the body is not UTF-8";
    case json_error_premature_end_of_input:
        return "the body ends before its JSON does";
    case json_error_end_of_input_expected:
        return "the body goes on after its JSON object";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "the body has a NUL in a string";
    case json_error_duplicate_key:
        return "the body has a member that is given twice";
    case json_error_numeric_overflow:
        return "the body has a number that is too large";
    default:
        return "the body is not JSON";
    }
}

/*
 * The member's name out of jansson's words (duplicate object key near '"name"'), if it is one that
 * can be repeated to anybody.
 */
static bool find_duplicate(const json_error_t *fault, char name[static DUPLICATE_NAME_SIZE])
{
    const char *start = strstr(fault->text, "near '\"");
    if (start == NULL)
        return false;
    start += strlen("near '\"");
    size_t length =
        strspn(start, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    if (length == 0 || length >= DUPLICATE_NAME_SIZE || start[length] != '"')
        return false;
    memcpy(name, start, length);
    name[length] = '\0';
    return true;
}

static enum result set_fault(struct error *error, const json_error_t *fault)
{
    enum json_error_code code = json_error_code(fault);
    if (code == json_error_unknown || code == json_error_out_of_memory)
        return error_set(error, RESULT_FAILED, "out of memory");
    char name[DUPLICATE_NAME_SIZE];
    if (code == json_error_duplicate_key && find_duplicate(fault, name))
        return error_set(error, RESULT_MALFORMED, "%s is given twice", name);
    return error_set(error, code == json_error_numeric_overflow ? RESULT_INVALID : RESULT_MALFORMED,
                     "%s (line %d, column %d)", fault_words(code), fault->line, fault->column);
}

/* Gives back as integers what JSON_DECODE_INT_AS_REAL took, as far as a double is exact. */
static void restore_integers(json_t *object)
{
    const double exact_limit = 9007199254740992.0;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        double number = json_real_value(value);
        if (!json_is_real(value) || !(number > -exact_limit && number < exact_limit))
            continue;
        if ((double)(json_int_t)number == number)
            json_object_set_new(object, key, json_integer((json_int_t)number));
    }
}

enum result strict_json_parse_object(const char *body, size_t body_bytes, json_t **object,
                                     struct error *error)
{
    size_t mark_bytes = text_mark_bytes(body, body_bytes);
    body += mark_bytes;
    body_bytes -= mark_bytes;
    enum result result = check_start(body, body_bytes, error);
    if (result == RESULT_OK)
        result = check_bounds(body, body_bytes, error);
    if (result != RESULT_OK)
        return result;

    json_error_t fault;
    *object = json_loadb(body, body_bytes, JSON_REJECT_DUPLICATES, &fault);
    if (*object == NULL && json_error_code(&fault) == json_error_numeric_overflow) {
        *object =
            json_loadb(body, body_bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &fault);
        if (*object != NULL)
            restore_integers(*object);
    }
    return *object != NULL ? RESULT_OK : set_fault(error, &fault);
}
