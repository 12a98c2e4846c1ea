/* The column ad_verifications, looked at by a real parser. */
#include "store/catalogue/ad_verifications.h"

#include <stddef.h>
#include <string.h>

#include <expat.h>

#include "protocol/memory.h"

/* Between a namespace and a name: in neither of them. */
#define SEPARATOR ' '

struct reading {
    XML_Parser parser;
    const char *fault; /* the first; NULL = none yet */
    unsigned depth;    /* of elements that are open */
};

static void refuse(struct reading *reading, const char *fault)
{
    if (reading->fault == NULL)
        reading->fault = fault;
    (void)XML_StopParser(reading->parser, XML_FALSE);
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    (void)attributes;
    struct reading *reading = arg;
    if (reading->depth++ == 0 && strcmp(name, "AdVerifications") != 0 &&
        strcmp(name, "http://www.iab.com/VAST AdVerifications") != 0)
        refuse(reading, "its element is not AdVerifications");
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
    (void)name;
    struct reading *reading = arg;
    reading->depth--;
}

static void XMLCALL on_comment(void *arg, const XML_Char *text)
{
    (void)text;
    struct reading *reading = arg;
    if (reading->depth == 0)
        refuse(reading, "a comment stands outside of its element");
}

static void XMLCALL on_instruction(void *arg, const XML_Char *target, const XML_Char *data)
{
    (void)target;
    (void)data;
    refuse(arg, "it has a processing instruction");
}

static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    refuse(arg, "it has a document type");
}

static void XMLCALL on_declaration(void *arg, const XML_Char *version, const XML_Char *encoding,
                                   int is_standalone)
{
    (void)version;
    (void)encoding;
    (void)is_standalone;
    refuse(arg, "it has an XML declaration");
}

static const char *describe(enum XML_Error error)
{
    switch (error) {
    case XML_ERROR_NO_MEMORY:
        memory_exhausted(0);
    case XML_ERROR_NO_ELEMENTS:
        return "it has no whole element";
    case XML_ERROR_TAG_MISMATCH:
        return "an element is closed by another name";
    case XML_ERROR_UNBOUND_PREFIX:
        return "a prefix is bound to no namespace";
    case XML_ERROR_UNDEFINED_ENTITY:
        return "it has an entity that is none of XML's own";
    case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
        return "something stands behind its element";
    case XML_ERROR_DUPLICATE_ATTRIBUTE:
        return "an attribute is given twice";
    default:
        return "it is no well-formed XML";
    }
}

const char *ad_verifications_fault(const char *xml)
{
    size_t bytes = strlen(xml);
    if (bytes > AD_VERIFICATIONS_MAX_BYTES)
        return "it is longer than 65536 bytes";
    if (strncmp(xml, "\xef\xbb\xbf", 3) == 0)
        return "it begins with a byte order mark";
    struct reading reading = {.parser = memory_required(XML_ParserCreateNS("UTF-8", SEPARATOR))};
    XML_SetUserData(reading.parser, &reading);
    XML_SetElementHandler(reading.parser, on_start, on_end);
    XML_SetCommentHandler(reading.parser, on_comment);
    XML_SetProcessingInstructionHandler(reading.parser, on_instruction);
    XML_SetStartDoctypeDeclHandler(reading.parser, on_doctype);
    XML_SetXmlDeclHandler(reading.parser, on_declaration);
    enum XML_Status status = XML_Parse(reading.parser, xml, (int)bytes, XML_TRUE);
    if (status != XML_STATUS_OK && reading.fault == NULL)
        reading.fault = describe(XML_GetErrorCode(reading.parser));
    XML_ParserFree(reading.parser);
    return reading.fault;
}
