/* What can be judged of the store's settings before anything is opened. */
#include "store/settings_check.h"

#include "store/store.h"
#include "store/targets.h"

enum result store_settings_check(const struct store_settings *settings, struct error *error)
{
    struct store_targets targets;
    enum result result =
        store_targets_init(&targets, settings->db_conn, settings->db_read_conn, error);
    store_targets_clear(&targets);
    return result;
}
