/* Journals for the tests: a directory that goes with its test, and segments put together byte by
 * byte. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "store/base/directory.h"
#include "store/journal/format.h"
#include "store/journal/identity.h"
#include "store/journal/segments.h"

struct log;
struct metrics;

/* A locked directory with its (empty) list of segments; the log's lines are in a file. */
struct journal_files {
    char path[64];
    char log_path[80];
    int log_fd;
    struct log *log;
    struct metrics *metrics;
    struct directory directory;
    struct journal_identity identity;
    struct segments segments;
};

void journal_files_open(struct journal_files *files);
void journal_files_close(struct journal_files *files);

/* Opens a directory and begins a run in it. */
enum result journal_files_begin_run(const struct journal_files *files, const char *path,
                                    struct directory *directory, struct journal_identity *identity,
                                    struct error *error);

/* Opens a directory to look at, and reads who the journal in it is. */
enum result journal_files_peek(const char *path, struct directory *directory,
                               struct journal_identity *identity, struct error *error);

/* Ends the use of the directory and begins it again, as a restart does. */
void journal_files_restart(struct journal_files *files);

/* How often `text` stands in the log. */
int journal_files_logged(const struct journal_files *files, const char *text);

/* The number of files in `path` whose names begin with `prefix`. */
size_t journal_files_count(const char *path, const char *prefix);

/* The path of a file in the directory, or of a segment; valid until the next call. */
const char *journal_files_path(const struct journal_files *files, const char *name);
const char *journal_files_segment_path(const struct journal_files *files, uint64_t number);

/* Lists the segments that are in the directory. */
void journal_files_load(struct journal_files *files);

/* Changes the bytes of a file, from `at` on. */
void journal_files_overwrite(const char *path, uint64_t at, const void *bytes, size_t count);

/* Seeds random() by TEST_SEED, or by the time, and prints that. */
void journal_files_seed(void);

enum { IMAGE_RECORDS_MAX = 40000 };

/* A segment's bytes: the header, then records; `offsets` has one more, where the last one ends. */
struct segment_image {
    struct segment_header header;
    uint8_t *bytes;
    size_t used;
    size_t capacity;
    uint32_t *offsets;
    size_t records;
};

/* Begins with a header for the records from `first_sequence` on. Release with
 * segment_image_clear(). */
void segment_image_init(struct segment_image *image, uint64_t number, uint64_t first_sequence,
                        uint32_t salt);
void segment_image_clear(struct segment_image *image);

/* Adds an event record whose length and bytes follow from its sequence. */
void segment_image_add(struct segment_image *image, uint64_t sequence);

/* Adds records from `first` to `last`, and the end record of a closed segment. */
void segment_image_fill(struct segment_image *image, uint64_t first, uint64_t last);
void segment_image_finish(struct segment_image *image);

/* Whether the payload is the one segment_image_add() made for this sequence. */
int segment_image_is_payload(uint64_t sequence, const uint8_t *payload, size_t bytes);

/* The image as a file: anonymous, to be closed; or as the segment it is in a directory, of its
 * journal, with `zeros` more bytes. */
int segment_image_open(const struct segment_image *image);
void segment_image_save(const struct segment_image *image, const struct journal_files *files,
                        size_t zeros);

/* Finishes, saves and clears it. */
void segment_image_close(struct segment_image *image, const struct journal_files *files);
