/* What the writer asks the journal of its runs. */
#include "store/lineage.h"

#include "store/journal/journal.h"

static bool may_claim(void *arg, const uint8_t *owner)
{
    return journal_may_claim(arg, owner);
}

static bool find_nonce(void *arg, uint32_t run, uint8_t nonce[static UUID_BYTES])
{
    return journal_find_nonce(arg, run, nonce);
}

struct ingest_lineage store_lineage(struct journal *journal)
{
    return (struct ingest_lineage){
        .may_claim = may_claim, .find_nonce = find_nonce, .arg = journal};
}
