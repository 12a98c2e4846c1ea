-- Every server keeps the ads in memory and is notified of each change, on the channel of its schema.
CREATE OR REPLACE FUNCTION notify_ads_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_notify('ads_changed_' || oid, '') FROM pg_namespace WHERE nspname = current_schema();
    RETURN NULL;
END
$$;

-- A view in the place of the table can have no such trigger: the table behind it keeps its own.
DO $$
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'ads'::regclass) IN ('r', 'p') THEN
        EXECUTE 'CREATE OR REPLACE TRIGGER ads_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ads '
                'FOR EACH STATEMENT EXECUTE FUNCTION notify_ads_changed()';
    END IF;
END
$$;
