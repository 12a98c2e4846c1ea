/* A journal of whole segments, and a reader of it. */
#include "test/unit/store/journal/journal_reading.h"

#include <check.h>

#include "test/unit/store/journal/disk_faults.h"

void journal_reading_open(struct journal_reading *reading)
{
    disk_faults_reset();
    journal_files_open(&reading->files);
    journal_reader_init(&reading->reader, &reading->files.segments);
}

void journal_reading_close(struct journal_reading *reading)
{
    disk_faults_reset();
    journal_reader_clear(&reading->reader);
    journal_files_close(&reading->files);
}

struct segment_image journal_reading_segment(uint64_t number, uint64_t first, uint64_t last)
{
    struct segment_image image;
    segment_image_init(&image, number, first, (uint32_t)(100 + number));
    segment_image_fill(&image, first, last);
    return image;
}

void journal_reading_make(struct journal_reading *reading, uint64_t count)
{
    enum { RECORDS = JOURNAL_READING_RECORDS };
    for (uint64_t number = 1; number <= count; number++) {
        struct segment_image image =
            journal_reading_segment(number, (number - 1) * RECORDS + 1, number * RECORDS);
        segment_image_close(&image, &reading->files);
    }
}

void journal_reading_expect_records(struct journal_reading *reading, uint64_t first, uint64_t last)
{
    for (uint64_t sequence = first; sequence <= last; sequence++) {
        struct record record;
        ck_assert_int_eq(journal_reader_next(&reading->reader, &record), READ_RECORD);
        ck_assert_uint_eq(record.sequence, sequence);
        ck_assert(segment_image_is_payload(sequence, record.payload, record.payload_bytes));
    }
}

void journal_reading_expect(struct journal_reading *reading, enum read_result expected)
{
    struct record record;
    ck_assert_int_eq(journal_reader_next(&reading->reader, &record), expected);
}
