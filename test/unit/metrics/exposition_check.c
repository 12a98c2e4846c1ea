#include "test/unit/metrics/exposition_check.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct line {
    const char *start;
    size_t length;
};

static bool next_line(const char **text, struct line *line)
{
    const char *end = strchr(*text, '\n');
    if (end == NULL)
        return false;
    *line = (struct line){.start = *text, .length = (size_t)(end - *text)};
    *text = end + 1;
    return true;
}

static bool starts_with(struct line line, const char *prefix)
{
    return line.length >= strlen(prefix) && memcmp(line.start, prefix, strlen(prefix)) == 0;
}

static bool is_same(struct line a, struct line b)
{
    return a.length == b.length && memcmp(a.start, b.start, a.length) == 0;
}

/* The part of a HELP or TYPE line up to the end of the family's name. */
static struct line header_key(struct line line)
{
    const char *name = line.start + strlen("# HELP ");
    const char *end = memchr(name, ' ', line.length - strlen("# HELP "));
    return (struct line){line.start, end == NULL ? line.length : (size_t)(end - line.start)};
}

/* The part of a sample that must be unique: name and labels. */
static struct line sample_key(struct line line)
{
    const char *end = memrchr(line.start, ' ', line.length);
    return (struct line){line.start, end == NULL ? line.length : (size_t)(end - line.start)};
}

static struct line line_key(struct line line)
{
    return line.start[0] == '#' ? header_key(line) : sample_key(line);
}

/* Whether the sample belongs to the family that the TYPE line `type` opens. */
static bool is_in_family(struct line sample, struct line type)
{
    struct line key = header_key(type);
    const char *name = type.start + strlen("# TYPE ");
    size_t name_bytes = key.length - strlen("# TYPE ");
    if (sample.length < name_bytes || memcmp(sample.start, name, name_bytes) != 0)
        return false;
    struct line rest = {sample.start + name_bytes, sample.length - name_bytes};
    if (memmem(type.start, type.length, " histogram", strlen(" histogram")) == NULL)
        return starts_with(rest, "{") || starts_with(rest, " ");
    return starts_with(rest, "_bucket{") || starts_with(rest, "_sum") ||
           starts_with(rest, "_count");
}

static bool occurs_again(const char *text, struct line key)
{
    struct line other;
    while (next_line(&text, &other)) {
        if (is_same(line_key(other), key))
            return true;
    }
    return false;
}

const char *exposition_fault(const char *text)
{
    struct line line;
    struct line type = {0};
    while (next_line(&text, &line)) {
        bool is_header = starts_with(line, "# HELP ") || starts_with(line, "# TYPE ");
        if (occurs_again(text, line_key(line)))
            return is_header ? "a family is opened twice" : "a series is rendered twice";
        if (starts_with(line, "# TYPE "))
            type = line;
        if (!is_header && (type.start == NULL || !is_in_family(line, type)))
            return "a series stands outside its family";
    }
    return *text == '\0' ? NULL : "the last line is not ended";
}
