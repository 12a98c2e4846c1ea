/* An ad's creative, with what takes more than JSON to read. */
#pragma once

#include "protocol/creative.h"

struct ad;

/* Makes the creative of an ad that has just been read, which is the ad's from then on. What is
 * wrong with its columns is added to `faults`. */
void ad_make_creative(struct ad *ad, struct creative_faults *faults);
