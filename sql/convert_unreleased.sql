-- Turns a database of revision b5bbe86, the last with ten migrations, into one made by the numbered files
-- 001 and 002. The functions that have kept their signature are replaced after it.

DO $$
BEGIN
    IF (SELECT encode(sha256(convert_to(string_agg(concat_ws(' ', version, name, checksum), ', '
                                                   ORDER BY version), 'UTF8')), 'hex')
        FROM schema_migrations)
       <> 'aeb6c8f19ee2db7c996080060a1a658fb38e723db7b3ba48db68cc96f810b55a' THEN
        RAISE EXCEPTION 'the schema is of an unreleased version: start revision b5bbe86 on this database '
                        'first, or use an empty one';
    END IF;
END
$$;

DELETE FROM schema_migrations;

DROP TRIGGER add_it ON clicks;
DROP TRIGGER take_it ON clicks;
DROP TRIGGER refuse_it ON clicks;
DROP TRIGGER add_it ON impressions;
DROP TRIGGER take_it ON impressions;
DROP TRIGGER refuse_it ON impressions;
DROP FUNCTION insert_event();
DROP FUNCTION delete_event();
DROP FUNCTION refuse_update();
DROP FUNCTION add_to_counts(timestamptz, integer, event_kind, integer, integer);
DROP FUNCTION analytics_totals(timestamptz, timestamptz, integer);
DROP VIEW bucket_widths;

ALTER TABLE ingest_cursor
    ALTER COLUMN stored SET DEFAULT '{}',
    ALTER COLUMN duplicate SET DEFAULT '{}',
    ALTER COLUMN rejected SET DEFAULT '{}';
