-- The enum event_kind: a label for each kind of event, in the order of their numbers. The program sets
-- adtracker.event_kinds to its kinds. In a transaction of its own before the schema's: a label cannot
-- be used in the transaction that adds it (55P04). Needs no rights where none is missing.
DO $$
DECLARE
    v_label text;
BEGIN
    IF to_regtype('event_kind') IS NULL THEN
        CREATE TYPE event_kind AS ENUM ();
    END IF;
    FOREACH v_label IN ARRAY current_setting('adtracker.event_kinds')::text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_enum
                       WHERE enumtypid = 'event_kind'::regtype AND enumlabel = v_label) THEN
            EXECUTE format('ALTER TYPE event_kind ADD VALUE %L', v_label);
        END IF;
    END LOOP;
END
$$;
