-- The doubling of the lanes, and what a distributed database (Citus) takes.

-- How far a doubling has come; none where none is under way. A lane of before it has, one after another: step 1, the
-- new lane's rows are there; 2, keys up to and with `key` are where they belong; 3, and rejected events.
CREATE TABLE lane_steps (
    lane smallint PRIMARY KEY,
    step smallint NOT NULL,
    key uuid
);

-- The numbers of journals. Not an identity: no distributed table has one of this width. All lanes have the same
-- number for a journal, which claim_journal() takes.
CREATE SEQUENCE journal_ids AS integer;
SELECT setval('journal_ids', max(journal_id)) FROM ingest_cursor HAVING count(*) > 0;
ALTER TABLE ingest_cursor ALTER COLUMN journal_id DROP IDENTITY;
ALTER SEQUENCE journal_ids OWNED BY ingest_cursor.journal_id;

-- It is told which ads are known.
DROP FUNCTION IF EXISTS pass_over_late(smallint, integer);
