/* A journal to be damaged: its segments, with all that was written to them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/result.h"
#include "store/base/directory.h"
#include "store/journal/format.h"
#include "store/journal/identity.h"
#include "store/journal/segment_names.h"

struct log;

enum {
    SEGMENTS = 5,
    SEGMENT_BYTES = 256 * 1024, /* of records; the journal is 1 MB */
    OPEN_BYTES = 32 * 1024,     /* of records in the last one, which is still open */
    UNUSED_BYTES = 4096, /* zeros behind the last records of the segment that is still open */
    RECORDS_MAX = SEGMENTS * SEGMENT_BYTES / 40,
};

/* A record as it was written: `segment` and the bytes from `from` to before `to` of its file. */
struct written {
    uint64_t sequence;
    size_t segment;
    size_t from;
    size_t to;
};

/* A segment's file as it was written. The last one was never closed. */
struct original {
    char name[SEGMENT_NAME_SIZE];
    uint8_t bytes[SEGMENT_HEADER_BYTES + SEGMENT_BYTES + UNUSED_BYTES];
    size_t size;
    size_t records_end;
};

struct recovery_journal {
    struct log *log; /* borrowed */
    uint32_t random; /* the seed, to be set before the journal is made */
    struct directory directory;
    struct journal_identity identity;
    struct original originals[SEGMENTS];
    struct written records[RECORDS_MAX];
    size_t record_count;
    size_t first_records[SEGMENTS + 1]; /* of each segment; all of them at the end */
};

/* Ends the program: the test has failed, or can't be done. */
__attribute__((format(printf, 1, 2), noreturn)) void recovery_fail(const char *format, ...);

/* Repeatable, and good enough to choose bits with. */
uint32_t recovery_random(struct recovery_journal *journal);

/* Opens a directory and begins a run in it. */
MUST_CHECK enum result recovery_begin_run(const char *path, struct directory *directory,
                                          struct journal_identity *identity, struct log *log,
                                          struct error *error);

/* Writes the journal into a directory that is new, and stays open. */
void recovery_journal_make(struct recovery_journal *journal, const char *path);

/* A segment's file, open to be damaged; `put` writes bytes of the original back to it. */
int recovery_open(const struct recovery_journal *journal, const struct original *original);
void recovery_put(const struct original *original, int fd, size_t at, size_t count);
void recovery_truncate(const struct recovery_journal *journal, const struct original *original,
                       size_t size);

/* Everything from `at` on is as it was. */
void recovery_restore(const struct recovery_journal *journal, const struct original *original,
                      size_t at);

/* The open segment, which every recovery closes: over its last record if that is damaged. */
void recovery_restore_open(const struct recovery_journal *journal);
