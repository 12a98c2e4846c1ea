/* Heads from any bytes: what is accepted reads the same to a reader who forgives everything. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/http/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

/* What the forgiving reader finds: it knows no fold and no bad byte, and any blank is one. */
struct reading {
    unsigned lines;
    unsigned hosts;
    unsigned lengths;
    unsigned encodings;
    unsigned long long length;
    bool is_chunked;
};

static bool is_blank(char c)
{
    return (unsigned char)c <= 0x20 || c == 0x7F;
}

/* Whether `line` is a field of this name; then its value begins at `*value`. */
static bool is_field(const char *line, const char *end, const char *name, const char **value)
{
    while (line < end && is_blank(*line))
        line++;
    if ((size_t)(end - line) < strlen(name) || strncasecmp(line, name, strlen(name)) != 0)
        return false;
    for (line += strlen(name); line < end && is_blank(*line);)
        line++;
    *value = line + 1;
    return line < end && *line == ':';
}

static void read_line(const char *line, const char *end, struct reading *reading)
{
    const char *value;
    reading->lines++;
    if (is_field(line, end, "host", &value))
        reading->hosts++;
    if (is_field(line, end, "content-length", &value)) {
        reading->lengths++;
        reading->length = strtoull(value, NULL, 10);
    }
    if (is_field(line, end, "transfer-encoding", &value)) {
        reading->encodings++;
        while (value < end && is_blank(*value))
            value++;
        reading->is_chunked = end - value >= 7 && strncasecmp(value, "chunked", 7) == 0;
    }
}

/* A line ends with either of CR and LF. */
static struct reading forgive(const char *text, size_t bytes)
{
    struct reading reading = {0};
    const char *line = text;
    for (const char *at = text; at < text + bytes; at++) {
        if (*at != '\r' && *at != '\n')
            continue;
        if (at > line)
            read_line(line, at, &reading);
        line = at + 1;
    }
    return reading;
}

/* Of a request line everything but its two blanks is printable ASCII. */
static void check_line(const char *text)
{
    size_t blanks = 0;
    for (; *text != '\r'; text++) {
        blanks += *text == ' ';
        require(*text >= ' ' && *text <= '~' && (blanks != 1 || *text != '#'));
    }
    require(blanks == 2);
}

static void check_accepted(const char *text, size_t bytes, const struct http_head *head)
{
    struct reading reading = forgive(text, bytes);
    require(memchr(text, '\0', bytes) == NULL);
    check_line(text);
    require(bytes >= 4 && memcmp(text + bytes - 4, "\r\n\r\n", 4) == 0);
    require(memmem(text, bytes - 1, "\r\n\r\n", 4) == NULL);
    require(reading.lines <= HTTP_FIELDS_MAX + 1);
    require(reading.hosts <= 1 && reading.lengths + reading.encodings <= 1);
    require(reading.length == head->body_bytes && head->body_bytes <= HTTP_BODY_MAX_BYTES);
    require(reading.is_chunked == head->is_chunked && (reading.encodings == 1) == head->is_chunked);
    if (!head->is_chunked)
        return;
    require(head->encoding_at + head->encoding_bytes + 4 <= bytes);
    require(memcmp(text + head->encoding_at - 2, "\r\n", 2) == 0);
    require(memcmp(text + head->encoding_at + head->encoding_bytes, "\r\n", 2) == 0);
    /* A Content-Length has room in its place. */
    require(head->encoding_bytes >= strlen("Content-Length:1048576"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_head head;
    char *text = malloc(size + (size == 0));
    require(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    enum http_refusal refusal = http_head_read(text, size, &head);
    require(refusal >= HTTP_ACCEPTED && refusal < HTTP_REFUSALS);
    if (refusal == HTTP_ACCEPTED) {
        char *terminated = calloc(1, size + 1);
        require(terminated != NULL);
        memcpy(terminated, text, size);
        check_accepted(terminated, size, &head);
        free(terminated);
    }
    free(text);
    return 0;
}
