/* An ad whose documents are tested, and their answers. */
#pragma once

#include "protocol/ad.h"
#include "protocol/document.h"

#define SUBJECT_URL "http://ads.example:8080"
#define SUBJECT_TOKEN "AQAA-to_ken"
#define SUBJECT_VERSIONS 3 /* of VAST: the first kinds of documents */
#define SUBJECT_VERIFICATIONS                                                                      \
    "<AdVerifications><Verification vendor=\"a\"></Verification></AdVerifications>"
#define SUBJECT_ID "01890a5d-ac96-774b-bcce-b302099a8057"

/* An ad of this id that can't be skipped, with nothing else but a target. To be cleared with
 * subject_clear(). */
struct ad subject_ad(int32_t id);
void subject_clear(struct ad *ad);

/* The same with a title and media, and one with all that an ad can have but a wrapper's URL. */
struct ad subject_video_ad(void);
struct ad subject_full_ad(void);

/* Sets a text of the ad. */
void subject_set(char **member, const char *text);

/* The ad's answer, terminated, to be freed. Reads its creative, whose verifications are fit where
 * there are some. */
char *subject_answer(struct ad *ad, enum document_kind kind);

/* Whatever has no place in XML, JSON or a URL. */
extern const char subject_hostile[];

/* Fails unless the answer has these one behind another; a NULL ends them. */
void subject_has(const char *answer, const char *const *pieces);

/* The same for the ad's answer; and unless it has none of them. */
void subject_assert_has(struct ad *ad, enum document_kind version, const char *const *pieces);
void subject_assert_lacks(struct ad *ad, enum document_kind version, const char *const *pieces);
