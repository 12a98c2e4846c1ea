-- Before the first file: may what is here of the names that the schema needs be taken over? They are those
-- of the original service's tables ads and clicks, perhaps as somebody has changed them. What would be
-- misread or lost, or fail half way, is refused in words before anything is touched.

-- What stands there but is not the table that it should be.
DO $$
DECLARE
    v_fault text;
BEGIN
    IF to_regclass('ingest_cursor') IS NOT NULL THEN -- it has been adopted
        RETURN;
    END IF;
    SELECT string_agg(format('%s is %s', c.oid::regclass, CASE
                          WHEN EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid) THEN 'a child of another table'
                          ELSE coalesce(k.word, 'in the way') END), ', ' ORDER BY relname)
    INTO v_fault
    FROM pg_class c LEFT JOIN (VALUES ('v', 'a view'), ('m', 'a materialized view'), ('f', 'a foreign table'),
                                      ('p', 'a partitioned table')) AS k (kind, word) ON k.kind = c.relkind::text
    WHERE c.oid = to_regclass('ads') AND c.relkind NOT IN ('r', 'p')
       OR c.oid = to_regclass('clicks')
          AND (c.relkind <> 'r' OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid))
       OR c.oid = to_regclass('impressions');
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'this schema cannot be used: %', v_fault USING ERRCODE = 'wrong_object_type';
    END IF;
END
$$;

-- Columns of another type. One that stands for the wanted one without loss is as good: a domain over it, a
-- wider number, a time without zone, which is taken as UTC. adtracker.ad_columns: what the program reads of
-- ads. Every column of clicks has to go somewhere.
DO $$
DECLARE
    v_ads regclass := to_regclass('ads');
    v_clicks regclass := to_regclass('clicks');
    v_fault text;
BEGIN
    IF to_regclass('ingest_cursor') IS NOT NULL THEN
        RETURN;
    END IF;
    WITH RECURSIVE wanted AS (
        SELECT v_ads AS tab, a.col, a.meant, a.col IN ('id', 'image_url', 'target_url') AS is_needed
        FROM jsonb_each_text(current_setting('adtracker.ad_columns')::jsonb) AS a (col, meant)
        UNION ALL
        SELECT v_clicks, c.col, c.meant, true
        FROM (VALUES ('id', 'integer'), ('ad_id', 'integer'), ('timestamp', 'timestamp'), ('ip', 'text'),
                     ('video_playback_time', 'integer')) AS c (col, meant)
    ), present AS (
        SELECT attrelid AS tab, attname::text AS col, atttypid AS type, atttypid AS base FROM pg_attribute
        WHERE attrelid IN (v_ads, v_clicks) AND attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT p.tab, p.col, p.type, t.typbasetype FROM present p JOIN pg_type t ON t.oid = p.base AND t.typtype = 'd'
    ), columns AS (
        SELECT p.*, t.typname, t.typcategory, t.typnamespace = 'pg_catalog'::regnamespace AS is_builtin
        FROM present p JOIN pg_type t ON t.oid = p.base AND t.typtype <> 'd'
    ), fitting (meant, typnames) AS (
        VALUES ('integer', '{int2,int4,int8}'::name[]), ('text', '{text,varchar,bpchar,name}'), ('boolean', '{bool}'),
               ('timestamp with time zone', '{timestamptz,timestamp,date}'),
               ('timestamp', '{timestamp,timestamptz,date}'), ('jsonb', '{jsonb,json,text}')
    ), judged AS (
        SELECT tab, col, CASE
            WHEN c.base IS NULL AND w.is_needed THEN 'is missing'
            WHEN w.meant IS NULL AND tab = v_clicks THEN 'would be lost: it has no place in events'
            WHEN c.base IS NULL OR w.meant IS NULL THEN NULL
            WHEN NOT (CASE WHEN c.is_builtin THEN c.typname = ANY (f.typnames)
                           ELSE w.meant = 'text' AND tab = v_ads AND c.typcategory IN ('E', 'S') END)
            THEN format('is %s, not %s', format_type(c.type, NULL), w.meant) END AS fault
        FROM (wanted w JOIN fitting f USING (meant)) FULL JOIN columns c USING (tab, col)
        WHERE tab IS NOT NULL
    )
    SELECT string_agg(format('%s.%I %s', tab::regclass, col, fault), ', ' ORDER BY tab, col) INTO v_fault
    FROM judged WHERE fault IS NOT NULL;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'this schema cannot be used: %', v_fault USING ERRCODE = 'datatype_mismatch';
    END IF;
END
$$;

-- Rows of clicks that no event can hold.
DO $$
DECLARE
    v_clicks regclass := to_regclass('clicks');
    v_col text;
    v_test text;
    v_rows bigint;
BEGIN
    IF v_clicks IS NULL OR to_regclass('ingest_cursor') IS NOT NULL THEN
        RETURN;
    END IF;
    FOR v_col, v_test IN
        SELECT attname, CASE attname WHEN 'id' THEN 'id IS NULL' ELSE
               format('%I NOT BETWEEN -2147483648 AND 2147483647', attname) END
        FROM pg_attribute WHERE attrelid = v_clicks AND NOT attisdropped
           AND (attname = 'id' AND NOT attnotnull
                OR attname IN ('ad_id', 'video_playback_time') AND atttypid NOT IN ('int4'::regtype, 'int2'::regtype))
        ORDER BY attnum
    LOOP
        EXECUTE format('SELECT count(*) FROM %s WHERE %s', v_clicks, v_test) INTO v_rows;
        IF v_rows > 0 THEN
            RAISE EXCEPTION 'this schema cannot be used: % rows of % have no % that an event can hold',
                            v_rows, v_clicks, v_col USING ERRCODE = 'datatype_mismatch';
        END IF;
    END LOOP;
END
$$;

-- The table clicks goes, once its rows are events, and a view takes its place. Nothing of somebody's own may
-- hang on it; what ends with it is noted for the log (adtracker.notes, a line each).
DO $$
DECLARE
    v_clicks regclass := to_regclass('clicks');
    v_fault text;
    v_notes text;
BEGIN
    IF v_clicks IS NULL OR to_regclass('ingest_cursor') IS NOT NULL THEN
        RETURN;
    END IF;
    WITH RECURSIVE gone AS ( -- the table and whatever is dropped with it
        SELECT 'pg_class'::regclass AS classid, v_clicks::oid AS objid
        UNION
        SELECT d.classid::regclass, d.objid FROM gone g
        JOIN pg_depend d ON d.refclassid = g.classid AND d.refobjid = g.objid AND d.deptype IN ('a', 'i')
    )
    SELECT string_agg(DISTINCT CASE WHEN r.oid IS NULL THEN pg_describe_object(d.classid, d.objid, d.objsubid)
                                    ELSE pg_describe_object('pg_class'::regclass, r.ev_class, 0) END, ', ')
    INTO v_fault
    FROM gone g JOIN pg_depend d ON d.refclassid = g.classid AND d.refobjid = g.objid AND d.deptype = 'n'
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    WHERE (d.classid::regclass, d.objid) NOT IN (SELECT classid, objid FROM gone);
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'clicks becomes a view, and there depend on the table: %', v_fault
            USING ERRCODE = 'dependent_objects_still_exist';
    END IF;
    IF (SELECT relrowsecurity FROM pg_class WHERE oid = v_clicks) THEN
        RAISE EXCEPTION 'clicks becomes a view, which has no row security: policies would be lost'
            USING ERRCODE = 'feature_not_supported';
    END IF;
    SELECT string_agg(format('clicks becomes a view: %s of the table is gone', note), chr(10) ORDER BY note)
    INTO v_notes
    FROM (SELECT format('trigger %I', tgname) FROM pg_trigger WHERE tgrelid = v_clicks AND NOT tgisinternal
          UNION ALL SELECT format('rule %I', rulename) FROM pg_rewrite WHERE ev_class = v_clicks
          UNION ALL SELECT format('%s %I', CASE contype WHEN 'c' THEN 'check' ELSE 'constraint' END, conname)
                    FROM pg_constraint WHERE conrelid = v_clicks AND contype IN ('c', 'u', 'x')
          UNION ALL SELECT format('policy %I', polname) FROM pg_policy WHERE polrelid = v_clicks
          UNION ALL SELECT format('publication %I', p.pubname) FROM pg_publication_rel r
                    JOIN pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = v_clicks) AS n (note);
    PERFORM set_config('adtracker.notes', coalesce(v_notes, ''), false);
END
$$;
