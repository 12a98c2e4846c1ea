-- Every server keeps the ads in memory and is notified of each change.
CREATE OR REPLACE FUNCTION notify_ads_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('ads_changed', '');
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER ads_changed
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ads
    FOR EACH STATEMENT EXECUTE FUNCTION notify_ads_changed();
