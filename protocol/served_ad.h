/* The answer of GET /ads/serve, for SDKs that speak no VAST. Internal to protocol/. */
#pragma once

struct ad;
struct draft;

/*
 * A JSON object of the ad's fields that are served, `serving_id`, `click_url` (where a viewer can
 * be sent on) and `tracking`: a URL for each kind of event that clients tell, by its name;
 * `progress` is an array with one for each of the ad's offsets. Of media_files, trackers and
 * progress_offsets_ms it gives what is fit to be used.
 */
void served_ad_render(struct draft *draft, const struct ad *ad);

void served_ad_render_nofill(struct draft *draft);
