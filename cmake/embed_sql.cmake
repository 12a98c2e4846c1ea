# cmake -DOUTPUT=file.c -DDIRECTORY=sql -DFILES=sample_data.sql,schema/001_a.sql -P embed_sql.cmake
# Writes the named files as byte arrays behind the functions of store/database/sql_embedded.h. Byte arrays,
# because ISO C promises only 4,095 bytes of a string literal.
string(REPLACE "," ";" files "${FILES}")
list(SORT files COMPARE FILE_BASENAME)
set(arrays "")
set(numbered "")
set(functions "")
set(others "")
set(index 0)
set(number 0)

foreach(file IN LISTS files)
    file(READ ${DIRECTORY}/${file} bytes HEX)
    string(LENGTH "${bytes}" digits)
    math(EXPR length "${digits} / 2")
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    # 80 characters are 16 bytes, so no line is long.
    string(REPEAT "." 80 line)
    string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
    string(APPEND arrays "/* ${file} */\nstatic const unsigned char text_${index}[] = {\n${bytes}0x00};\n\n")
    get_filename_component(name ${file} NAME)
    set(row "\"${name}\", text_${index}, ${length}")
    if(file MATCHES "^(schema|data)/")
        math(EXPR number "${number} + 1")
        if(NOT name MATCHES "^0*${number}_")
            message(FATAL_ERROR "sql/${file} is not the next number: ${number}")
        endif()
        set(is_data false)
        if(file MATCHES "^data/")
            set(is_data true)
        endif()
        string(APPEND numbered "    {${row}, ${is_data}},\n")
    elseif(file MATCHES "^functions/")
        string(APPEND functions "    {${row}, false},\n")
    else()
        string(APPEND others "    {${row}, false},\n")
    endif()
    math(EXPR index "${index} + 1")
endforeach()

file(STRINGS ${DIRECTORY}/functions/VERSIONS versions REGEX "^[0-9]+ ")
list(GET versions -1 version)
string(REGEX MATCH "^[0-9]+" version "${version}")

file(WRITE ${OUTPUT} "/* Generated from sql/ by cmake/embed_sql.cmake. */
#include \"store/database/sql_embedded.h\"

#include <string.h>

${arrays}static const struct sql_file numbered[] = {
${numbered}};

/* Both end with a row without a name. */
static const struct sql_file functions[] = {
${functions}    {NULL, NULL, 0, false},
};

static const struct sql_file others[] = {
${others}    {NULL, NULL, 0, false},
};

int sql_numbered_count(void)
{
    return ${number};
}

const struct sql_file *sql_numbered(int number)
{
    return number >= 1 && number <= ${number} ? &numbered[number - 1] : NULL;
}

const struct sql_file *sql_functions(void)
{
    return functions;
}

int sql_functions_version(void)
{
    return ${version};
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
