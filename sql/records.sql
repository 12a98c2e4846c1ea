-- What the program records of the schema: the numbered files that are applied, and the functions (one
-- row). IF NOT EXISTS would ask for the right to create even where nothing is missing.
DO $$
BEGIN
    IF to_regclass('schema_migrations') IS NULL THEN
        CREATE TABLE schema_migrations (
            version integer PRIMARY KEY,
            name text NOT NULL,
            checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
    END IF;
    IF to_regclass('schema_functions') IS NULL THEN
        CREATE TABLE schema_functions (
            version integer NOT NULL,
            digest text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
    END IF;
END
$$;
