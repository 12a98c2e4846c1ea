/* Documents of VAST: IAB's 2.0, 3.0 and 4.2, by their schemas, whose order of elements is strict.
 * Internal to protocol/. */
#pragma once

#include "protocol/document.h"

struct ad;
struct draft;

/* How VAST shows an ad. */
enum vast_form {
    VAST_NO_FORM,   /* it can't */
    VAST_WRAPPER,   /* by a document of somebody else, whatever the ad has of its own */
    VAST_LINEAR,    /* by its media */
    VAST_NONLINEAR, /* by its image */
};

enum vast_form vast_form(const struct ad *ad);

/* The document of an ad that has a form. */
void vast_render(struct draft *draft, const struct ad *ad, enum document_kind version);

/* The document of no ad. */
void vast_render_nofill(struct draft *draft, enum document_kind version);
