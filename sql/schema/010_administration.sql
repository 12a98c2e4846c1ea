-- Ads that are changed by HTTP: when an ad was archived, and which requests have been answered. A view in the
-- place of the table keeps the columns that it has.
DO $$
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'ads'::regclass) NOT IN ('r', 'p') THEN
        RETURN;
    END IF;
    SET LOCAL lock_timeout = '5s'; -- whoever changes ads is waited for, and others wait behind us
    ALTER TABLE ads ADD COLUMN IF NOT EXISTS archived_at timestamptz;
    SET LOCAL lock_timeout = 0;
END
$$;

-- What a change was answered, by its Idempotency-Key, for a day: whoever sends it again gets the same.
CREATE TABLE ad_requests (
    key text COLLATE "C" PRIMARY KEY,
    digest text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    status integer,
    ad_id integer,
    etag text,
    body text
);
CREATE INDEX ad_requests_created_at ON ad_requests (created_at);

-- When each journal was last seen with nothing in it that waits.
CREATE TABLE journals_at_rest (
    journal uuid PRIMARY KEY,
    at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- What the functions hand to the program, and to one another. body is JSON; fault says in words why there is
-- none, and field which of the ad's fields is at fault.
CREATE TYPE ad_answer AS (status integer, ad_id integer, etag text, body text, fault text, field text);
