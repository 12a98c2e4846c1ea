-- What may be done with the original's table clicks may be done with the view in its place, and by the same
-- roles: the rights on the table and on its columns, and the owner's, whoever owns the view.
DO $$
DECLARE
    v_table regclass := to_regclass('before_clicks');
    v_grant text;
BEGIN
    FOR v_grant IN
        SELECT format('GRANT %s%s ON clicks TO %s%s', a.privilege_type, '(' || quote_ident(r.col) || ')',
                      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                      CASE WHEN a.is_grantable OR a.grantee = r.relowner THEN ' WITH GRANT OPTION' END)
        FROM (SELECT relowner, NULL AS col, coalesce(relacl, acldefault('r', relowner)) AS acl FROM pg_class
              WHERE oid = v_table
              UNION ALL
              SELECT c.relowner, t.attname, t.attacl FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid
              WHERE attrelid = v_table AND attnum > 0 AND NOT attisdropped) AS r,
             aclexplode(r.acl) AS a
        WHERE a.grantee <> (SELECT relowner FROM pg_class WHERE oid = 'clicks'::regclass)
    LOOP
        EXECUTE v_grant;
    END LOOP;
END
$$;
