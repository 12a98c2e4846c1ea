/* A segment to be damaged and scanned, and what the scan must give. Asserted by the million, which
 * ck_assert() is too slow for. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/journal/scan.h"
#include "test/unit/store/journal/journal_files.h"

enum { SALT = 0x5A17F00D, DAMAGES_MAX = 8 };

struct damage {
    uint64_t from;
    uint64_t to;
    bool is_tail;
};

/* One segment, the scan of it, and what that reported. */
struct scan_subject {
    struct segment_image image;
    struct journal_scan scan;
    int fd;
    struct damage damages[DAMAGES_MAX];
    size_t damage_count;
};

/* A segment with the records from 1 to `records`, or that of `subject->image`, as a file. */
void scan_subject_make(struct scan_subject *subject, uint64_t records);
void scan_subject_open(struct scan_subject *subject);
void scan_subject_clear(struct scan_subject *subject);

/* Begins the scan anew: of the bytes from `from` to `end`. */
void scan_subject_rewind(struct scan_subject *subject, uint32_t salt, uint64_t from, uint64_t end);

/* Changes bytes of the file; puts the image's own bytes back; makes a byte some other one. */
void scan_subject_put(const struct scan_subject *subject, uint64_t at, const void *bytes,
                      size_t count);
void scan_subject_mend(const struct scan_subject *subject, uint64_t at, size_t count);
void scan_subject_flip(const struct scan_subject *subject, uint64_t at);

/* The next records are those from `first` to `last`; the end comes next; a range was reported. */
void scan_subject_expect(struct scan_subject *subject, uint64_t first, uint64_t last);
void scan_subject_expect_end(struct scan_subject *subject);
void scan_subject_expect_damage(const struct scan_subject *subject, size_t number, uint64_t from,
                                uint64_t to, bool is_tail);
