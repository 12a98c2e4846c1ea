# cmake -DOUTPUT=file.c -DDIRECTORY=sql -DFILES=a.sql,migrations/001_b.sql -P embed_sql.cmake
# Writes the named files as byte arrays behind the functions of store/database/sql_embedded.h. Byte arrays,
# because ISO C promises only 4,095 bytes of a string literal.
string(REPLACE "," ";" files "${FILES}")
set(arrays "")
set(migrations "")
set(others "")
set(index 0)

foreach(file IN LISTS files)
    file(READ ${DIRECTORY}/${file} bytes HEX)
    string(LENGTH "${bytes}" digits)
    math(EXPR length "${digits} / 2")
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    # 80 characters are 16 bytes, so no line is long.
    string(REPEAT "." 80 line)
    string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
    get_filename_component(name ${file} NAME)
    string(APPEND arrays "/* ${file} */\nstatic const unsigned char text_${index}[] = {\n${bytes}0x00};\n\n")
    set(row "    {\"${name}\", text_${index}, ${length}},\n")
    if(file MATCHES "^migrations/")
        string(APPEND migrations "${row}")
    else()
        string(APPEND others "${row}")
    endif()
    math(EXPR index "${index} + 1")
endforeach()

file(WRITE ${OUTPUT} "/* Generated from sql/ by cmake/embed_sql.cmake. */
#include \"store/database/sql_embedded.h\"

#include <string.h>

${arrays}/* Both tables end with a row without a name. */
static const struct sql_file migrations[] = {
${migrations}    {NULL, NULL, 0},
};

static const struct sql_file others[] = {
${others}    {NULL, NULL, 0},
};

size_t sql_migration_count(void)
{
    return sizeof(migrations) / sizeof(migrations[0]) - 1;
}

const struct sql_file *sql_migration(size_t index)
{
    return index < sql_migration_count() ? &migrations[index] : NULL;
}

const struct sql_file *sql_find(const char *name)
{
    for (const struct sql_file *file = others; file->name != NULL; file++) {
        if (strcmp(file->name, name) == 0)
            return file;
    }
    return NULL;
}
")
