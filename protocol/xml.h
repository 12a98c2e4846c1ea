/* Text as XML 1.0 has it. */
#pragma once

struct render_text;

/*
 * Appends `string` as character data or as the value of an attribute, in quotes or apostrophes (XML
 * 1.0 section 2.4): a reader gets it back as it was. What XML has no character for (section 2.2:
 * most controls, U+FFFE, U+FFFF) and bytes that are no UTF-8 become U+FFFD.
 */
void xml_text(struct render_text *text, const char *string);
