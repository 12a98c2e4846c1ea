/*
 * The column ad_verifications: one element AdVerifications (IAB VAST 4.2 section 3.16), which goes
 * into documents as it is given. A real parser looks at it before, so that no ad breaks the
 * document around it or has a player load what it names.
 */
#pragma once

enum { AD_VERIFICATIONS_MAX_BYTES = 64 * 1024 };

/*
 * Why `xml`, which is UTF-8, is unfit, in words that are for ever valid; NULL when it is fit: well
 * formed with all its namespaces bound, AdVerifications in no namespace or in VAST's, nothing
 * beside it but white space, no document type, no entities but XML's own, no XML declaration, no
 * processing instructions.
 */
const char *ad_verifications_fault(const char *xml);
