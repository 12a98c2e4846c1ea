/* Reads extensions byte by byte, by a table. */
#include "server/http/chunk_extension.h"

#include "server/http/octet.h"

/* Bytes by what they can be in an extension. */
enum kind { CONTROL, BLANK, TOKEN, SEMICOLON, EQUALS, QUOTE, BACKSLASH, OTHER, LINE_END, KINDS };

static enum kind kind_of(char c)
{
    switch (c) {
    case ' ':
    case '\t':
        return BLANK;
    case ';':
        return SEMICOLON;
    case '=':
        return EQUALS;
    case '"':
        return QUOTE;
    case '\\':
        return BACKSLASH;
    case '\r':
        return LINE_END;
    default:
        if (http_is_token_byte(c))
            return TOKEN;
        return http_is_value_byte(c) ? OTHER : CONTROL;
    }
}

/* What is not there is EXTENSION_BROKEN: the line may end behind a name or a value, not behind a
 * blank. */
static const enum chunk_extension_state next[EXTENSION_ENDED + 1][KINDS] = {
    [EXTENSION_BEFORE] = {[BLANK] = EXTENSION_BEFORE, [SEMICOLON] = EXTENSION_BEFORE_NAME},
    [EXTENSION_BEFORE_NAME] = {[BLANK] = EXTENSION_BEFORE_NAME, [TOKEN] = EXTENSION_NAME},
    [EXTENSION_NAME] = {[BLANK] = EXTENSION_BEHIND_NAME,
                        [TOKEN] = EXTENSION_NAME,
                        [SEMICOLON] = EXTENSION_BEFORE_NAME,
                        [EQUALS] = EXTENSION_BEFORE_VALUE,
                        [LINE_END] = EXTENSION_ENDED},
    [EXTENSION_BEHIND_NAME] = {[BLANK] = EXTENSION_BEHIND_NAME,
                               [SEMICOLON] = EXTENSION_BEFORE_NAME,
                               [EQUALS] = EXTENSION_BEFORE_VALUE},
    [EXTENSION_BEFORE_VALUE] =
        {[BLANK] = EXTENSION_BEFORE_VALUE, [TOKEN] = EXTENSION_VALUE, [QUOTE] = EXTENSION_QUOTED},
    [EXTENSION_VALUE] = {[BLANK] = EXTENSION_BEFORE,
                         [TOKEN] = EXTENSION_VALUE,
                         [SEMICOLON] = EXTENSION_BEFORE_NAME,
                         [LINE_END] = EXTENSION_ENDED},
    [EXTENSION_QUOTED] = {[BLANK] = EXTENSION_QUOTED,
                          [TOKEN] = EXTENSION_QUOTED,
                          [SEMICOLON] = EXTENSION_QUOTED,
                          [EQUALS] = EXTENSION_QUOTED,
                          [QUOTE] = EXTENSION_BEHIND_QUOTED,
                          [BACKSLASH] = EXTENSION_ESCAPED,
                          [OTHER] = EXTENSION_QUOTED},
    [EXTENSION_ESCAPED] = {[BLANK] = EXTENSION_QUOTED,
                           [TOKEN] = EXTENSION_QUOTED,
                           [SEMICOLON] = EXTENSION_QUOTED,
                           [EQUALS] = EXTENSION_QUOTED,
                           [QUOTE] = EXTENSION_QUOTED,
                           [BACKSLASH] = EXTENSION_QUOTED,
                           [OTHER] = EXTENSION_QUOTED},
    [EXTENSION_BEHIND_QUOTED] = {[BLANK] = EXTENSION_BEFORE,
                                 [SEMICOLON] = EXTENSION_BEFORE_NAME,
                                 [LINE_END] = EXTENSION_ENDED},
};

enum chunk_extension_state chunk_extension_next(enum chunk_extension_state state, char c)
{
    return next[state][kind_of(c)];
}
