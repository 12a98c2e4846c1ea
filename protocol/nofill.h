/* Why a request got no ad: the detail of EVENT_NOFILL. The numbers stand on disk and in the
 * database. */
#pragma once

enum nofill_reason {
    NOFILL_NONE = 0,           /* there is one */
    NOFILL_NO_ADS = 1,         /* at all */
    NOFILL_NONE_AVAILABLE = 2, /* now */
    NOFILL_WEIGHT_ZERO = 3,    /* those available are never picked */
    NOFILL_NO_FORM = 4,        /* in which this document could show it */
    NOFILL_REASONS
};
