/* An ad's creative. */
#include "store/catalogue/ad_creative.h"

#include "protocol/ad_fields.h"

void ad_make_creative(struct ad *ad, struct creative_faults *faults)
{
    ad->creative = creative_new(ad, faults);
}
