/* Variables whose value is in a file that a variable of its own names, as secrets come from Docker,
 * Kubernetes and systemd. A process cannot reread its environment; these it can. */
#pragma once

#include "protocol/result.h"
#include "server/config.h"

enum { CONFIG_FILE_MAX_BYTES = 16384 };

/*
 * Sets what files hold. Returns RESULT_INVALID with an error that names the variable, and neither
 * the path (people put the secret itself there) nor anything of the content. To be released with
 * config_clear() in any case.
 */
MUST_CHECK enum result config_files_read(struct config *config, struct error *error);
void config_clear(struct config *config);

/* The variable without _FILE. */
const char *config_file_variable(enum config_file file);

enum config_news { CONFIG_SAME, CONFIG_CHANGED, CONFIG_UNUSABLE };

/*
 * Reads a file again that the configuration names. What has changed, and is a value, it puts into
 * `*text`, for config_file_keep() or free(); what is unusable it says as above.
 */
enum config_news config_file_look(const struct config *config, enum config_file file, char **text,
                                  struct error *error);

/* Sets the variable to `text`, which config_file_look() gave, and takes ownership of it. What the
 * configuration had is gone: nothing may point there any more. */
void config_file_keep(struct config *config, enum config_file file, char *text);
