/* Compares events field by field. */
#include "test/unit/protocol/same_event.h"

#include <check.h>

void assert_same_event(const struct event *a, const struct event *b)
{
    ck_assert_int_eq(a->received_at_us, b->received_at_us);
    ck_assert_int_eq(a->occurred_at_us, b->occurred_at_us);
    ck_assert_int_eq(a->playback_ms, b->playback_ms);
    ck_assert_int_eq(a->ad_id, b->ad_id);
    ck_assert_int_eq(a->detail, b->detail);
    ck_assert_int_eq(a->quantity, b->quantity);
    ck_assert_uint_eq(a->kind, b->kind);
    ck_assert_uint_eq(a->verdict, b->verdict);
    ck_assert_uint_eq(a->flags, b->flags);
    ck_assert_mem_eq(&a->address, &b->address, sizeof(a->address));
    ck_assert_uint_eq(a->placement_bytes, b->placement_bytes);
    ck_assert_mem_eq(a->placement, b->placement, a->placement_bytes);
    ck_assert_uint_eq(a->id_bytes, b->id_bytes);
    ck_assert_mem_eq(a->id, b->id, a->id_bytes);
}
