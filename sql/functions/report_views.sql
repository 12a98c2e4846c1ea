-- Views for whoever asks in SQL: counts by the day and hour, UTC, right at every moment. Each level is read before
-- its mark, the next finer one from there to its own, minutes behind the last, and what came late in any case. The
-- conditions on begins_at reach the indexes. A relation or type of such a name that is not ours stays as it is.
CREATE OR REPLACE FUNCTION make_report_views() RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_cells CONSTANT text := cell_list('c.k#');
    v_all CONSTANT text := replace(cell_list('coalesce(c.k#,0)'), ', ', ' + ');
    v_sum CONSTANT text := 'coalesce(sum(c.k%s), 0)::bigint AS %I';
    v_columns CONSTANT text := 'c.dimension, c.key, c.detail, c.verdict, c.lane, c.playback_ms, ' || v_cells;
    v_ours CONSTANT text := 'video-ad-tracker: ';
    v_source text[] := '{}'; -- by level: rows to be added up
    v_metrics text; -- gross ones
    v_view record;
    v_there regclass;
BEGIN
    PERFORM set_config('citus.enable_ddl_propagation', 'off', true); -- nobody asks at other nodes, and it takes long
    FOR v_level IN 1..4 LOOP
        v_source[v_level] := format('SELECT c.bucket AS begins_at, %s FROM marks m '
                                    'JOIN counts c ON c.lane = m.lane AND c.level = %s AND c.bucket < m.at '
                                    'WHERE m.mark = %2$s', v_columns, v_level);
        FOR v_finer IN REVERSE v_level - 1..1 LOOP
            v_source[v_level] := v_source[v_level] || format(
                ' UNION ALL SELECT level_start(%s, c.bucket), %s FROM marks m '
                'JOIN marks past ON past.lane = m.lane AND past.mark = %s '
                'JOIN counts c ON c.lane = m.lane AND c.level = %3$s AND c.bucket >= m.at AND c.bucket < past.at '
                'WHERE m.mark = %s', v_level, v_columns, v_finer, v_finer + 1);
        END LOOP;
        v_source[v_level] := v_source[v_level] || format(
            ' UNION ALL SELECT level_start(%s, c.bucket), %s FROM marks m '
            'JOIN counts_minute c ON c.lane = m.lane AND c.bucket >= m.at WHERE m.mark = 1 '
            'UNION ALL SELECT level_start(%1$s, c.bucket), %2$s FROM counts_late c', v_level, v_columns);
    END LOOP;
    SELECT string_agg(format(v_sum, kind, name), ', ' ORDER BY place) INTO v_metrics
    FROM (VALUES (1, 24, 'requests'), (2, 25, 'fills'), (3, 26, 'nofills'), (4, 1, 'impressions'), (5, 0, 'clicks'),
                 (6, 3, 'starts'), (7, 4, 'first_quartiles'), (8, 5, 'midpoints'), (9, 6, 'third_quartiles'),
                 (10, 7, 'completes'), (11, 14, 'skips'), (12, 23, 'errors'), (13, 20, 'viewables'),
                 (14, 21, 'not_viewables')) AS m (place, kind, name);
    v_metrics := v_metrics || format(', coalesce(sum(c.playback_ms), 0) / 1000.0 AS playback_seconds, '
                                     'coalesce(sum(%s) FILTER (WHERE c.verdict <> 0), 0)::bigint AS invalid, '
                                     'sum(%1$s)::bigint AS events', v_all);

    FOR v_view IN
        SELECT n.name, n.what, format(n.query, '(' || v_source[n.level] || ') AS c', v_metrics, v_all,
                                      '(c.begins_at AT TIME ZONE ''UTC'')::date AS day, c.begins_at') AS query
        FROM (VALUES
            ('day_counts', 3, 'rows of counts by the UTC day, to be added up', 'SELECT * FROM %1$s'),
            ('hour_counts', 2, 'rows of counts by the hour, to be added up', 'SELECT * FROM %1$s'),
            ('traffic_days', 3, 'all events by the UTC day',
             'SELECT %4$s, %2$s FROM %1$s WHERE c.dimension = 0 AND c.verdict <> 4 '
             'GROUP BY c.begins_at HAVING sum(%3$s) <> 0'),
            ('traffic_hours', 2, 'all events by the hour',
             'SELECT c.begins_at, %2$s FROM %1$s WHERE c.dimension = 0 AND c.verdict <> 4 '
             'GROUP BY c.begins_at HAVING sum(%3$s) <> 0'),
            ('ad_totals', 4, 'the events of each ad since ever',
             'SELECT c.key::integer AS ad_id, %2$s FROM %1$s WHERE c.dimension = 1 AND c.verdict <> 4 '
             'GROUP BY c.key HAVING sum(%3$s) <> 0'),
            ('ad_days', 3, 'the events of each ad by the UTC day',
             'SELECT %4$s, c.key::integer AS ad_id, %2$s FROM %1$s WHERE c.dimension = 1 AND c.verdict <> 4 '
             'GROUP BY c.begins_at, c.key HAVING sum(%3$s) <> 0'),
            ('ad_hours', 2, 'the events of each ad by the hour',
             'SELECT c.begins_at, c.key::integer AS ad_id, %2$s FROM %1$s WHERE c.dimension = 1 AND c.verdict <> 4 '
             'GROUP BY c.begins_at, c.key HAVING sum(%3$s) <> 0'),
            ('placement_days', 3, 'the events of each placement by the UTC day',
             'SELECT %4$s, p.name AS placement, %2$s FROM %1$s '
             'LEFT JOIN placements p ON p.lane = c.lane AND p.id = c.key WHERE c.dimension = 2 AND c.verdict <> 4 '
             'GROUP BY c.begins_at, p.name HAVING sum(%3$s) <> 0'),
            ('error_days', 3, 'the errors of each ad and code by the UTC day',
             'SELECT %4$s, nullif(c.key, 0)::integer AS ad_id, c.detail AS code, sum(c.k23)::bigint AS errors '
             'FROM %1$s WHERE c.dimension = 3 AND c.verdict <> 4 '
             'GROUP BY c.begins_at, c.key, c.detail HAVING sum(c.k23) <> 0'),
            ('nofill_days', 3, 'why nothing was served, by placement and the UTC day',
             'SELECT %4$s, p.name AS placement, c.detail AS reason, sum(c.k26)::bigint AS nofills FROM %1$s '
             'LEFT JOIN placements p ON p.lane = c.lane AND p.id = c.key WHERE c.dimension = 4 AND c.verdict <> 4 '
             'GROUP BY c.begins_at, p.name, c.detail HAVING sum(c.k26) <> 0')
        ) AS n (name, level, what, query)
    LOOP
        v_there := to_regclass(v_view.name);
        IF starts_with(obj_description(v_there, 'pg_class'), v_ours)
           OR free_name(v_view.name) = v_view.name THEN
            EXECUTE format('CREATE OR REPLACE VIEW %I AS %s', v_view.name, v_view.query);
            EXECUTE format('COMMENT ON VIEW %I IS %L', v_view.name, v_ours || v_view.what);
        ELSE
            PERFORM set_config('adtracker.notes', concat_ws(chr(10),
                nullif(current_setting('adtracker.notes', true), ''),
                format('%I is not made: there is something else of this name', v_view.name)), false);
        END IF;
    END LOOP;
    PERFORM set_config('citus.enable_ddl_propagation', 'on', true);
END
$$;

-- Empties them: until they are made again they read no table. Who may read them, and views of others on them, stay.
CREATE OR REPLACE FUNCTION empty_report_views() RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    v_view record;
BEGIN
    PERFORM set_config('citus.enable_ddl_propagation', 'off', true);
    FOR v_view IN
        SELECT a.attrelid::regclass AS name,
               string_agg(concat('NULL::', format_type(a.atttypid, a.atttypmod),
                                 ' COLLATE ' || nullif(a.attcollation, 0)::regcollation, ' AS ',
                                 quote_ident(a.attname)), ', ' ORDER BY a.attnum) AS columns
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind = 'v' AND a.attnum > 0
          AND starts_with(obj_description(c.oid, 'pg_class'), 'video-ad-tracker: ')
        GROUP BY 1
    LOOP
        EXECUTE format('CREATE OR REPLACE VIEW %s AS SELECT %s', v_view.name, v_view.columns);
    END LOOP;
    PERFORM set_config('citus.enable_ddl_propagation', 'on', true);
END
$$;

DO $$
BEGIN
    PERFORM make_report_views();
END
$$;
