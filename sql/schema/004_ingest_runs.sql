-- What is stored of each run of a journal, so that two copies of one journal that both ran on can be
-- told apart: their runs have the same numbers, and nonces of their own. All is stored up to
-- last_sequence but for what is missing: what was damaged, refused or not in the directory that it
-- came from. `lane` is 0 as yet. A row is kept as long as a journal knows its past runs
-- (forget_runs()).
CREATE TABLE ingest_runs (
    lane smallint NOT NULL DEFAULT 0,
    journal uuid NOT NULL,
    nonce uuid NOT NULL,
    last_sequence bigint NOT NULL DEFAULT 0,
    missing int8multirange NOT NULL DEFAULT '{}',
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (lane, journal, nonce)
) WITH (fillfactor = 50);

-- Up to here nobody knows which runs were stored: before there were rows for them, or since theirs have
-- been forgotten. No run that began below it is imported without a row.
ALTER TABLE ingest_cursor ADD COLUMN untracked_to bigint NOT NULL DEFAULT 0;
UPDATE ingest_cursor SET untracked_to = last_sequence;

DROP FUNCTION IF EXISTS ingest_batch(uuid, uuid, bigint[], smallint[], integer[], timestamptz[], inet[],
                                     integer[], text[], text);
