/* A segment to be damaged and scanned. */
#include "test/unit/store/journal/scan_subject.h"

#include <stdlib.h>
#include <unistd.h>

#include <check.h>

static void on_damage(void *arg, uint64_t from, uint64_t to, bool is_tail)
{
    struct scan_subject *subject = arg;
    if (from >= to)
        ck_abort_msg("empty damage");
    if (subject->damage_count < DAMAGES_MAX)
        subject->damages[subject->damage_count] = (struct damage){from, to, is_tail};
    subject->damage_count++;
}

void scan_subject_rewind(struct scan_subject *subject, uint32_t salt, uint64_t from, uint64_t end)
{
    subject->scan.salt = salt;
    subject->scan.offset = from;
    subject->scan.end = end;
    subject->scan.window_at = subject->scan.window_bytes = 0;
    subject->damage_count = 0;
}

void scan_subject_open(struct scan_subject *subject)
{
    subject->fd = segment_image_open(&subject->image);
    journal_scan_init(&subject->scan, subject->fd, SALT, SEGMENT_HEADER_BYTES, subject->image.used,
                      on_damage, subject);
    subject->damage_count = 0;
}

void scan_subject_make(struct scan_subject *subject, uint64_t records)
{
    segment_image_init(&subject->image, 1, 1, SALT);
    segment_image_fill(&subject->image, 1, records);
    scan_subject_open(subject);
}

void scan_subject_clear(struct scan_subject *subject)
{
    journal_scan_clear(&subject->scan);
    (void)close(subject->fd);
    segment_image_clear(&subject->image);
}

void scan_subject_put(const struct scan_subject *subject, uint64_t at, const void *bytes,
                      size_t count)
{
    if (pwrite(subject->fd, bytes, count, (off_t)at) != (ssize_t)count)
        ck_abort_msg("can't write");
}

void scan_subject_mend(const struct scan_subject *subject, uint64_t at, size_t count)
{
    scan_subject_put(subject, at, subject->image.bytes + at, count);
}

static void expect_record(struct scan_subject *subject, uint64_t sequence)
{
    struct record record;
    if (journal_scan_next(&subject->scan, &record) != SCAN_RECORD)
        ck_abort_msg("no record where %llu should be", (unsigned long long)sequence);
    if (record.sequence != sequence)
        ck_abort_msg("record %llu instead of %llu", (unsigned long long)record.sequence,
                     (unsigned long long)sequence);
    if (!segment_image_is_payload(sequence, record.payload, record.payload_bytes))
        ck_abort_msg("record %llu has another payload", (unsigned long long)sequence);
}

void scan_subject_expect(struct scan_subject *subject, uint64_t first, uint64_t last)
{
    for (uint64_t sequence = first; sequence <= last; sequence++)
        expect_record(subject, sequence);
}

void scan_subject_expect_end(struct scan_subject *subject)
{
    struct record record;
    for (int i = 0; i < 2; i++) {
        if (journal_scan_next(&subject->scan, &record) != SCAN_END)
            ck_abort_msg("goes on behind the end");
    }
}

void scan_subject_expect_damage(const struct scan_subject *subject, size_t number, uint64_t from,
                                uint64_t to, bool is_tail)
{
    const struct damage *damage = &subject->damages[number];
    if (subject->damage_count <= number || damage->from != from || damage->to != to ||
        damage->is_tail != is_tail)
        ck_abort_msg("damage %zu of %zu is %llu-%llu tail=%d instead of %llu-%llu tail=%d", number,
                     subject->damage_count, (unsigned long long)damage->from,
                     (unsigned long long)damage->to, damage->is_tail, (unsigned long long)from,
                     (unsigned long long)to, is_tail);
}

void scan_subject_flip(const struct scan_subject *subject, uint64_t at)
{
    uint8_t byte = subject->image.bytes[at] ^ (uint8_t)(1 + random() % 255);
    scan_subject_put(subject, at, &byte, 1);
}
