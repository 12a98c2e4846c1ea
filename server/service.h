/* The running program: everything wired together on one loop, started, and stopped in order. */
#pragma once

#include "protocol/result.h"

struct config;
struct log;
struct service;

/*
 * Builds the service and begins to listen. `config` and `log` are borrowed, and changed by SIGHUP.
 * Returns NULL with an error when the port or a setting is unusable.
 */
struct service *service_new(struct config *config, struct log *log, struct error *error);
void service_free(struct service *service);

/*
 * Serves until SIGTERM or SIGINT, then answers what is in hand and stores what is queued, within
 * the grace time; a second signal ends that. What is left then stays in the journal. SIGHUP
 * reads the configuration's files again; SIGUSR1 and SIGUSR2 end nothing: they are told in the log.
 */
void service_run(struct service *service);
