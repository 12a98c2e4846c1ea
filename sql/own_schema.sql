-- Makes the schema that tables would be made in now, current_schema(), the only one of the session: no
-- name is found in another one then, and two installations may share a database. A path that leads
-- past it to the tables of an installation, or of the original service, is refused: it may have been
-- meant, and to begin with empty tables beside them is nothing that can be taken back.
DO $$
DECLARE
    v_path text;
    v_schema name;
    v_older name;
BEGIN
    SET search_path TO DEFAULT;
    v_path := current_setting('search_path');
    v_schema := current_schema();
    IF v_schema IS NULL OR starts_with(v_schema, 'pg_') THEN
        RAISE EXCEPTION 'search_path leads to no schema to have tables in: %', v_path
            USING ERRCODE = 'invalid_schema_name';
    END IF;
    SELECT s.name INTO v_older
    FROM unnest(current_schemas(false)) WITH ORDINALITY AS s (name, place)
    JOIN pg_namespace n ON n.nspname = s.name
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname IN ('ingest_cursor', 'clicks')
    ORDER BY s.place LIMIT 1;
    IF v_older <> v_schema THEN
        RAISE EXCEPTION 'search_path begins with schema %, but the tables are in schema %: '
                        'set it to the one that is meant', v_schema, v_older
            USING ERRCODE = 'invalid_schema_name';
    END IF;
    SET LOCAL quote_all_identifiers = off; -- one schema has one name
    PERFORM set_config('search_path', quote_ident(v_schema) || ', pg_temp', false);
END
$$;
