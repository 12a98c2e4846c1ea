/* The snapshot of the ads on disk. */
#include "store/ad_snapshot_file.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/ad.h"
#include "protocol/ad_snapshot.h"
#include "store/base/directory.h"

enum { SNAPSHOT_MAX_BYTES = 256 * 1024 * 1024 };

static const char file_name[] = "ads";

void ad_snapshot_file_init(struct ad_snapshot_file *file, struct directory *directory)
{
    *file = (struct ad_snapshot_file){.directory = directory};
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

/* A write that fails may have replaced the file all the same: then what it holds is not known. */
static enum result write_file(struct ad_snapshot_file *file, const char *text, size_t text_bytes,
                              struct error *error)
{
    char digest[DIGEST_TEXT_SIZE];
    digest_text(text, text_bytes, digest);
    if (strcmp(digest, file->digest) == 0 && exists(file))
        return RESULT_OK;
    file->digest[0] = '\0';
    enum result result = directory_write(file->directory, file_name, text, text_bytes, error);
    if (result == RESULT_OK)
        memcpy(file->digest, digest, sizeof digest);
    return result;
}

enum result ad_snapshot_file_save(struct ad_snapshot_file *file, const struct ad *ads, size_t count,
                                  struct error *error)
{
    size_t text_bytes;
    file->is_current = false;
    char *text = ads_save(ads, count, &text_bytes);
    if (text == NULL)
        return error_set(error, RESULT_INVALID, "they are not UTF-8");
    enum result result = write_file(file, text, text_bytes, error);
    file->is_current = result == RESULT_OK;
    free(text);
    return result;
}

bool ad_snapshot_file_is_current(const struct ad_snapshot_file *file)
{
    return file->is_current && exists(file);
}
