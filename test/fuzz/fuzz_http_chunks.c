/* Chunked bodies from any bytes, cut anywhere, against a reader of the whole. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/http/chunks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EXTENSIONS_MAX_BYTES = 4096, TRAILER_MAX_BYTES = 1024, DATA_MAX_BYTES = 16 * 1024 * 1024 };

static void require(int condition)
{
    if (!condition)
        abort();
}

struct whole {
    enum { ENDED, BROKEN, TOO_LONG, UNFINISHED } outcome;
    size_t read; /* when it has ended or is too long */
    size_t data_bytes;
    char *data;
};

/* What is there of "\r\n": all of it, some and then the end, or something else. */
static bool take_line_end(const char *text, size_t bytes, size_t *at, struct whole *whole)
{
    size_t left = bytes - *at;
    size_t compared = left < 2 ? left : 2;
    whole->outcome = memcmp(text + *at, "\r\n", compared) != 0 ? BROKEN : UNFINISHED;
    *at += compared;
    return whole->outcome != BROKEN && compared == 2;
}

static bool is_token(char c)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return memchr(token, c, sizeof token - 1) != NULL;
}

static bool is_text(char c)
{
    return c == '\t' || (c & 0x80) != 0 || (c >= ' ' && c <= '~');
}

/* A reader of extensions by their grammar. Beyond the end there is a byte that fits nothing. */
struct extensions {
    const char *at;
    const char *end;
};

static char peek(const struct extensions *extensions)
{
    if (extensions->at == extensions->end)
        return '\0';
    return *extensions->at;
}

static bool skip_blanks(struct extensions *extensions)
{
    const char *start = extensions->at;
    while (peek(extensions) == ' ' || peek(extensions) == '\t')
        extensions->at++;
    return extensions->at > start;
}

static bool take_token(struct extensions *extensions)
{
    const char *start = extensions->at;
    while (is_token(peek(extensions)))
        extensions->at++;
    return extensions->at > start;
}

static bool take_quoted(struct extensions *extensions)
{
    for (extensions->at++; peek(extensions) != '"'; extensions->at++) {
        if (peek(extensions) == '\\')
            extensions->at++;
        if (!is_text(peek(extensions)))
            return false;
    }
    extensions->at++;
    return true;
}

/* *( BWS ";" BWS name [ BWS "=" BWS value ] ). Stops at the first byte that breaks it. */
static bool take_extensions(struct extensions *extensions)
{
    bool is_blank = skip_blanks(extensions);
    while (peek(extensions) == ';') {
        extensions->at++;
        (void)skip_blanks(extensions);
        if (!take_token(extensions))
            return false;
        is_blank = skip_blanks(extensions);
        if (peek(extensions) != '=')
            continue;
        extensions->at++;
        (void)skip_blanks(extensions);
        if (peek(extensions) == '"' ? !take_quoted(extensions) : !take_token(extensions))
            return false;
        is_blank = skip_blanks(extensions);
    }
    return !is_blank;
}

/* What stands between a size and the end of its line. `*all_bytes` are those of all sizes. */
static bool read_extensions(const char *text, size_t bytes, size_t *at, size_t *all_bytes,
                            struct whole *whole)
{
    struct extensions extensions = {text + *at, text + bytes};
    bool is_sound = take_extensions(&extensions);
    size_t length = (size_t)(extensions.at - text) - *at;
    *at += length;
    bool is_cut = *at == bytes;
    /* The CR counts as well. */
    *all_bytes += length + (length > 0 && !is_cut);
    bool is_over = *all_bytes > EXTENSIONS_MAX_BYTES;
    whole->outcome = is_over || (!is_sound && !is_cut) ? BROKEN : UNFINISHED;
    return whole->outcome != BROKEN && !is_cut;
}

/* The length of a trailer field without its line end, as far as it is sound. */
static size_t field_bytes(const char *text, size_t bytes)
{
    size_t at = 0;
    while (at < bytes && is_token(text[at]))
        at++;
    if (at == 0 || at == bytes || text[at] != ':')
        return at;
    do
        at++;
    while (at < bytes && is_text(text[at]));
    return at;
}

static void read_trailer(const char *text, size_t bytes, size_t at, struct whole *whole)
{
    size_t limit = bytes - at > TRAILER_MAX_BYTES ? at + TRAILER_MAX_BYTES : bytes;
    for (;;) {
        size_t start = at;
        at += field_bytes(text + at, limit - at);
        if (at > start && at < limit && memchr(text + start, ':', at - start) == NULL) {
            whole->outcome = BROKEN;
            return;
        }
        if (!take_line_end(text, limit, &at, whole))
            break;
        if (at - start == 2) {
            whole->outcome = ENDED;
            whole->read = at;
            return;
        }
    }
    if (whole->outcome == UNFINISHED && limit < bytes)
        whole->outcome = BROKEN;
}

static struct whole read_whole(const char *text, size_t bytes, uint64_t data_max_bytes)
{
    struct whole whole = {.outcome = UNFINISHED, .data = malloc(bytes + 1)};
    size_t extension_bytes = 0;
    require(whole.data != NULL);
    for (size_t at = 0;;) {
        char digits[9] = "";
        size_t count = 0;
        while (at < bytes && count < 8 && strchr("0123456789abcdefABCDEF", text[at]) != NULL &&
               text[at] != '\0')
            digits[count++] = text[at++];
        whole.outcome = count == 0 && at < bytes ? BROKEN : UNFINISHED;
        if (count == 0 || !read_extensions(text, bytes, &at, &extension_bytes, &whole) ||
            !take_line_end(text, bytes, &at, &whole))
            return whole;
        size_t size = strtoul(digits, NULL, 16);
        if (size == 0) {
            read_trailer(text, bytes, at, &whole);
            return whole;
        }
        if (size > data_max_bytes - whole.data_bytes) {
            whole.outcome = TOO_LONG;
            whole.read = at;
            return whole;
        }
        size_t there = bytes - at < size ? bytes - at : size;
        memcpy(whole.data + whole.data_bytes, text + at, there);
        whole.data_bytes += there;
        at += there;
        if (there < size || !take_line_end(text, bytes, &at, &whole))
            return whole;
    }
}

static bool is_over(enum chunk_state state)
{
    return state == CHUNK_NONE || state == CHUNK_BROKEN || state == CHUNK_TOO_LONG;
}

/* Feeds pieces of `step` bytes and checks them against the whole. */
static void check_pieces(const char *text, size_t bytes, uint64_t data_max_bytes, size_t step,
                         const struct whole *whole)
{
    struct http_chunks chunks;
    size_t at = 0;
    size_t got = 0;
    http_chunks_begin(&chunks, data_max_bytes);
    while (at < bytes && !is_over(chunks.state)) {
        size_t piece_bytes = bytes - at < step ? bytes - at : step;
        char *piece = malloc(piece_bytes);
        size_t data_bytes;
        require(piece != NULL);
        memcpy(piece, text + at, piece_bytes);
        size_t read = http_chunks_read(&chunks, piece, piece_bytes, &data_bytes);
        require(read <= piece_bytes && data_bytes <= read && got + data_bytes <= whole->data_bytes);
        require(memcmp(piece, whole->data + got, data_bytes) == 0);
        require(read == piece_bytes || is_over(chunks.state));
        got += data_bytes;
        at += read;
        free(piece);
    }
    require(got == whole->data_bytes);
    require((chunks.state == CHUNK_NONE) == (whole->outcome == ENDED));
    require((chunks.state == CHUNK_BROKEN) == (whole->outcome == BROKEN));
    require((chunks.state == CHUNK_TOO_LONG) == (whole->outcome == TOO_LONG));
    require((whole->outcome != ENDED && whole->outcome != TOO_LONG) || at == whole->read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t step = size > 0 ? data[0] % 32U + 1 : 1;
    const char *text = (const char *)data + (size > 0);
    size_t bytes = size - (size > 0);
    uint64_t data_max_bytes = size > 0 && data[0] >= 128 ? data[0] : DATA_MAX_BYTES;
    struct whole whole = read_whole(text, bytes, data_max_bytes);
    check_pieces(text, bytes, data_max_bytes, step, &whole);
    check_pieces(text, bytes, data_max_bytes, bytes + 1, &whole);
    free(whole.data);
    return 0;
}
