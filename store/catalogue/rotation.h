/*
 * Which ad is next: each comes up in proportion to its weight. A point walks round by the golden
 * ratio, so that any stretch of answers holds each ad as often as it should, within two or three,
 * and every n-th of them within about n; no random numbers, nothing to keep for each ad.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The ads that can be picked, in one kind of document. All zero: none. */
struct rotation {
    struct rotation_place {
        size_t ad;     /* its index */
        uint64_t past; /* the sum of the weights up to and with it */
    } * places;        /* owned */
    size_t count;
    size_t capacity;
};

/* An ad of this weight, above 0, comes behind the others. */
void rotation_add(struct rotation *rotation, size_t ad, int32_t weight);
void rotation_clear(struct rotation *rotation);

/* The place of the next ad; there is at least one. `point` is the caller's, any number at first. */
size_t rotation_next(const struct rotation *rotation, uint64_t *point);
