/* Sockets that the service manager passes on, in place of what PORT, LISTEN_ADDR and OPS_LISTEN
 * say. */
#pragma once

#include "server/config.h"
#include "server/daemon/passed_sockets.h"

/* Lets the configuration be that of these sockets, and the listeners take them over. Returns
 * RESULT_INVALID with an error when the places where it listens then don't go together. */
MUST_CHECK enum result config_sockets_put(struct config *config,
                                          const struct passed_sockets *sockets,
                                          struct error *error);
