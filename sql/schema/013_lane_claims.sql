-- Each lane's position is claimed by itself, batches tell their gaps, and imports go lane by lane: these
-- functions have other arguments now.
DROP FUNCTION IF EXISTS claim_journal(uuid, uuid[], uuid);
DROP FUNCTION IF EXISTS ingest_batch(
    smallint, integer, uuid, uuid, smallint, bigint, bigint[], smallint[], smallint[], smallint[], integer[], integer[],
    integer[], timestamptz[], timestamptz[], bigint[], inet[], text[], bigint[], uuid[], integer[], uuid[], bigint[],
    text[], timestamptz[], smallint[], bigint[], integer[], smallint[], bigint[], bigint[], text);
DROP FUNCTION IF EXISTS import_batch(
    uuid, uuid, boolean, bigint[], smallint[], smallint[], smallint[], integer[], integer[], integer[], timestamptz[],
    timestamptz[], bigint[], inet[], text[], bigint[], uuid[], integer[], uuid[], bigint[], text[], timestamptz[],
    smallint[], bigint[], integer[], smallint[], bigint[], bigint[], text, smallint, smallint);
DROP FUNCTION IF EXISTS import_position(uuid, uuid, bigint);
DROP FUNCTION IF EXISTS note_stored(ingest_runs, bigint, bigint, bigint[]);
DROP FUNCTION IF EXISTS forget_runs(timestamptz);
