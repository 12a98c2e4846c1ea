/* What is read of an ad's own columns when it is loaded. */
#include "store/catalogue/ad_creative.h"

#include <stddef.h>

#include "protocol/ad_fields.h"
#include "protocol/creative.h"
#include "protocol/memory.h"
#include "store/catalogue/ad_verifications.h"

static void add_fault(struct creative_faults *faults, const char *column, const char *reason)
{
    if (faults->count < CREATIVE_FAULTS_MAX)
        faults->faults[faults->count++] =
            (struct creative_fault){.column = column, .reason = reason};
}

/* Returns whether there is something fit to be passed on. */
static bool check_verifications(const struct ad *ad, struct creative_faults *faults)
{
    if (ad->ad_verifications == NULL)
        return false;
    const char *fault = ad_verifications_fault(ad->ad_verifications);
    if (fault != NULL)
        add_fault(faults, "ad_verifications", fault);
    return fault == NULL;
}

void ad_creative_read(struct ad *ad)
{
    struct creative_faults faults = {.count = 0};
    ad->creative = creative_new(ad, &faults);
    ad->creative->has_verifications = check_verifications(ad, &faults);
    if (ad->id < 1)
        add_fault(&faults, "id", "no event can name it, since it is below 1: the ad is not served");
    if (faults.count == 0)
        return;
    ad->creative->faults = memory_zeroed(sizeof faults);
    *ad->creative->faults = faults;
}

void ad_creative_share(struct ad *ad, const struct ad *same)
{
    ad->creative = creative_share(same->creative);
}
