/* Reads a segment's records one after the other, past whatever is damaged. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/journal/format.h"

/* Bytes from `from` to before `to` are no records; `is_tail`: nothing sound comes after them. */
typedef void (*journal_damage_fn)(void *arg, uint64_t from, uint64_t to, bool is_tail);

enum { SCAN_WINDOW_BYTES = 256 * 1024 };

/* Plain state; `fd` is borrowed. Start it with journal_scan_init(). */
struct journal_scan {
    int fd;
    uint32_t salt;   /* 0 until known: then that of the first sound record */
    uint64_t offset; /* of the next record */
    uint64_t end;    /* nothing from here on is read */
    bool is_exact;   /* to be set: there are records up to `end`, so zeros are damage, too */
    bool is_salvage; /* to be set: what the disk does not give is damage, instead of a failure */
    uint64_t unreadable_bytes; /* that the disk did not give */
    journal_damage_fn damage;
    void *arg;
    uint64_t window_at; /* offset of `window` in the file */
    uint64_t window_bytes;
    uint8_t *window;
};

/* Begins at `offset` of the open file; `salt` 0 = unknown. Release with journal_scan_clear(). */
void journal_scan_init(struct journal_scan *scan, int fd, uint32_t salt, uint64_t offset,
                       uint64_t end, journal_damage_fn damage, void *arg);
void journal_scan_clear(struct journal_scan *scan);

enum scan_result { SCAN_RECORD, SCAN_END, SCAN_FAILED };

/*
 * Gives the next sound record; its payload is valid until the next call. SCAN_END at `end` or where
 * only zeros, or a torn tail, follow. SCAN_FAILED when the disk does not give the bytes; asked
 * again it tries again.
 */
enum scan_result journal_scan_next(struct journal_scan *scan, struct record *record);
