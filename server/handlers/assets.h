/* Answers with what is embedded. */
#pragma once

struct asset;
struct exchange;

/* Answers 200 with the asset, compressed where the client takes that, or 304 where it has it. The
 * caller has added what headers there are besides; without a Cache-Control of its own, the asset is
 * asked for each time. */
void asset_reply(struct exchange *exchange, const struct asset *asset);
