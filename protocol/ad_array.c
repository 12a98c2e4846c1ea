/* A JSON array of ads and its digest. */
#include "protocol/ad_array.h"

void ad_array_begin(struct ad_array *array, size_t bytes_expected)
{
    *array = (struct ad_array){.digest = digest_new()};
    render_reserve(&array->text, bytes_expected);
    render_bytes(&array->text, "[", 1);
    digest_add(array->digest, "[", 1);
}

void ad_array_add(struct ad_array *array, const struct ad *ad, ad_array_fn append)
{
    size_t before = array->text.length;
    if (before > 1)
        render_bytes(&array->text, ",", 1);
    append(&array->text, ad);
    digest_add(array->digest, array->text.bytes + before, array->text.length - before);
}

char *ad_array_finish(struct ad_array *array, size_t *bytes, char digest[static DIGEST_TEXT_SIZE])
{
    render_bytes(&array->text, "]", 1);
    digest_add(array->digest, "]", 1);
    digest_write(array->digest, digest);
    char *text = render_take(&array->text, bytes);
    ad_array_clear(array);
    return text;
}

void ad_array_clear(struct ad_array *array)
{
    digest_free(array->digest);
    render_clear(&array->text);
    array->digest = NULL;
}
