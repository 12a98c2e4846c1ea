/* The extensions behind the size of a chunk (RFC 9112 section 7.1.1): nobody here knows one, so
 * they are passed over, but have to be some. */
#pragma once

enum chunk_extension_state {
    EXTENSION_BROKEN,
    EXTENSION_BEFORE, /* behind the size, or behind a value and a blank */
    EXTENSION_BEFORE_NAME,
    EXTENSION_NAME,
    EXTENSION_BEHIND_NAME,
    EXTENSION_BEFORE_VALUE,
    EXTENSION_VALUE,
    EXTENSION_QUOTED,
    EXTENSION_ESCAPED, /* behind a backslash in quotes */
    EXTENSION_BEHIND_QUOTED,
    EXTENSION_ENDED, /* with the CR of the line's end */
};

/* The state behind the next byte. Begin with EXTENSION_BEFORE and the byte behind the size.
 */
enum chunk_extension_state chunk_extension_next(enum chunk_extension_state state, char c);
