/* A text in the coding gzip, made piece by piece. */
#include "store/base/gzip.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "protocol/memory.h"

/* As zlib's manual has it for gzip with the largest window, and its default of memory. */
enum { GZIP_WINDOW_BITS = 15 + 16, MEMORY_LEVEL = 8, ROOM_FIRST = 4096 };

/* The quickest level: it is made on the event loop, and takes all but a tenth of what the slowest
 * does off such text. */
void gzip_begin(struct gzip *gzip)
{
    *gzip = (struct gzip){.bytes = memory_zeroed(ROOM_FIRST), .room = ROOM_FIRST};
    if (deflateInit2(&gzip->stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        memory_exhausted(0);
}

/* Lets zlib write once; returns what it says. */
static int write_on(struct gzip *gzip, int flush)
{
    if (gzip->length == gzip->room) {
        gzip->room *= 2;
        gzip->bytes = memory_resized(gzip->bytes, gzip->room);
    }
    size_t room = gzip->room - gzip->length;
    gzip->stream.avail_out = room < UINT_MAX ? (unsigned)room : UINT_MAX;
    gzip->stream.next_out = (Bytef *)(gzip->bytes + gzip->length);
    unsigned before = gzip->stream.avail_out;
    int result = deflate(&gzip->stream, flush);
    gzip->length += before - gzip->stream.avail_out;
    return result;
}

void gzip_add(struct gzip *gzip, const char *text, size_t bytes)
{
    while (bytes > 0) {
        unsigned piece = bytes < UINT_MAX ? (unsigned)bytes : UINT_MAX;
        gzip->stream.next_in = (const Bytef *)text;
        gzip->stream.avail_in = piece;
        while (gzip->stream.avail_in > 0)
            (void)write_on(gzip, Z_NO_FLUSH);
        text += piece;
        bytes -= piece;
    }
}

char *gzip_finish(struct gzip *gzip, size_t *bytes)
{
    int result = Z_OK;
    while (result == Z_OK || result == Z_BUF_ERROR)
        result = write_on(gzip, Z_FINISH);
    assert(result == Z_STREAM_END);
    char *text = gzip->bytes;
    *bytes = gzip->length;
    gzip->bytes = NULL;
    gzip_clear(gzip);
    return text;
}

void gzip_clear(struct gzip *gzip)
{
    if (gzip->stream.state != NULL)
        (void)deflateEnd(&gzip->stream);
    free(gzip->bytes);
    *gzip = (struct gzip){.bytes = NULL};
}
