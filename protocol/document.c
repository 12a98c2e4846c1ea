/* What a client gets to show an ad. */
#include "protocol/document.h"

#include <assert.h>

#include "protocol/ad_fields.h"
#include "protocol/draft.h"
#include "protocol/served_ad.h"
#include "protocol/vast.h"

bool document_has_form(const struct ad *ad, enum document_kind kind)
{
    return ad->id > 0 && (kind == DOCUMENT_JSON || vast_form(ad) != VAST_NO_FORM);
}

struct document *document_render(const struct ad *ad, enum document_kind kind,
                                 const char *public_url)
{
    struct draft draft = {.public_url = public_url};
    assert(ad->creative != NULL && document_has_form(ad, kind));
    if (kind == DOCUMENT_JSON)
        served_ad_render(&draft, ad);
    else
        vast_render(&draft, ad, kind);
    return document_finish(&draft);
}

struct document *document_render_nofill(enum document_kind kind, const char *public_url)
{
    struct draft draft = {.public_url = public_url};
    if (kind == DOCUMENT_JSON)
        served_ad_render_nofill(&draft);
    else
        vast_render_nofill(&draft, kind);
    return document_finish(&draft);
}
