/* The snapshot of the ads on disk. */
#include "store/catalogue/ad_snapshot_file.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/ad.h"
#include "protocol/ad_snapshot.h"

enum { SNAPSHOT_MAX_BYTES = 256 * 1024 * 1024 };

static const char file_name[] = "ads";

static void drop(struct ad_snapshot *snapshot)
{
    free(snapshot->text);
    *snapshot = (struct ad_snapshot){.text = NULL};
}

void ad_snapshot_file_init(struct ad_snapshot_file *file, struct directory *directory)
{
    *file = (struct ad_snapshot_file){.directory = directory, .unsynced_fd = -1};
}

void ad_snapshot_file_clear(struct ad_snapshot_file *file)
{
    directory_file_abandon(&file->file);
    drop(&file->waiting);
    drop(&file->writing);
}

enum result ad_snapshot_file_load(struct ad_snapshot_file *file, struct ad **ads, size_t *count,
                                  size_t *left_out)
{
    size_t text_bytes = 0;
    char *text = directory_read(file->directory, file_name, SNAPSHOT_MAX_BYTES, &text_bytes);
    if (text == NULL)
        return RESULT_UNKNOWN;
    enum result result = ads_load(text, text_bytes, ads, count, left_out);
    if (result == RESULT_OK)
        digest_text(text, text_bytes, file->digest);
    free(text);
    return result;
}

static bool exists(const struct ad_snapshot_file *file)
{
    return directory_has(file->directory, file_name);
}

void ad_snapshot_file_save(struct ad_snapshot_file *file, const struct ad_snapshot *snapshot)
{
    drop(&file->waiting);
    file->waiting = *snapshot;
    file->is_current = true;
}

static enum result give_up(struct ad_snapshot_file *file)
{
    drop(&file->writing);
    file->is_current = file->waiting.text != NULL;
    return RESULT_FAILED;
}

/* The file may be replaced even where that fails: then what it holds is not known. */
static enum result begin(struct ad_snapshot_file *file, struct error *error)
{
    file->writing = file->waiting;
    file->waiting = (struct ad_snapshot){.text = NULL};
    file->written_bytes = 0;
    file->is_renamed = false;
    if (strcmp(file->writing.digest, file->digest) == 0 && exists(file)) {
        drop(&file->writing);
        return RESULT_OK;
    }
    file->digest[0] = '\0';
    if (directory_file_begin(&file->file, file->directory, file_name, error) != RESULT_OK)
        return give_up(file);
    return RESULT_BUSY;
}

static enum result append(struct ad_snapshot_file *file, struct error *error)
{
    size_t left = file->writing.text_bytes - file->written_bytes;
    size_t bytes = left < AD_SNAPSHOT_SLICE_BYTES ? left : AD_SNAPSHOT_SLICE_BYTES;
    if (directory_file_append(&file->file, file->writing.text + file->written_bytes, bytes,
                              error) != RESULT_OK)
        return give_up(file);
    file->written_bytes += bytes;
    file->unsynced_fd = file->file.fd;
    return RESULT_BUSY;
}

static enum result rename_it(struct ad_snapshot_file *file, struct error *error)
{
    if (directory_file_commit(&file->file, error) != RESULT_OK)
        return give_up(file);
    file->is_renamed = true;
    file->unsynced_fd = file->directory->fd;
    return RESULT_BUSY;
}

static enum result finish(struct ad_snapshot_file *file)
{
    memcpy(file->digest, file->writing.digest, sizeof file->digest);
    drop(&file->writing);
    return file->waiting.text != NULL ? RESULT_BUSY : RESULT_OK;
}

enum result ad_snapshot_file_step(struct ad_snapshot_file *file, struct error *error)
{
    if (file->writing.text == NULL)
        return file->waiting.text != NULL ? begin(file, error) : RESULT_OK;
    if (file->written_bytes < file->writing.text_bytes)
        return append(file, error);
    return rename_it(file, error);
}

enum result ad_snapshot_file_synced(struct ad_snapshot_file *file, int reason, struct error *error)
{
    file->unsynced_fd = -1;
    if (reason == 0)
        return file->is_renamed ? finish(file) : RESULT_BUSY;
    (void)error_set(error, RESULT_FAILED, "%s: can't write a file: %s", file->directory->path,
                    strerror(reason));
    directory_file_abandon(&file->file);
    return give_up(file);
}

void ad_snapshot_file_restart(struct ad_snapshot_file *file)
{
    directory_file_abandon(&file->file);
    file->unsynced_fd = -1;
    if (file->waiting.text == NULL)
        file->waiting = file->writing;
    else
        drop(&file->writing);
    file->writing = (struct ad_snapshot){.text = NULL};
}

bool ad_snapshot_file_is_current(const struct ad_snapshot_file *file)
{
    bool is_pending = file->waiting.text != NULL || file->writing.text != NULL;
    return file->is_current && (is_pending || exists(file));
}
