-- What video players are told of an ad, and how often it comes up. A view in the place of the table keeps
-- the columns that it has: those that it lacks are unset.
DO $$
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'ads'::regclass) NOT IN ('r', 'p') THEN
        RETURN;
    END IF;
    SET LOCAL lock_timeout = '5s'; -- whoever changes ads is waited for, and others wait behind us
    ALTER TABLE ads
        ADD COLUMN IF NOT EXISTS weight integer NOT NULL DEFAULT 1 CHECK (weight >= 0),
        ADD COLUMN IF NOT EXISTS skip_after_ms integer CHECK (skip_after_ms >= 0),
        ADD COLUMN IF NOT EXISTS image_width integer CHECK (image_width > 0),
        ADD COLUMN IF NOT EXISTS image_height integer CHECK (image_height > 0),
        ADD COLUMN IF NOT EXISTS advertiser text,
        ADD COLUMN IF NOT EXISTS category text,
        ADD COLUMN IF NOT EXISTS wrapper_url text,
        ADD COLUMN IF NOT EXISTS media_files jsonb,
        ADD COLUMN IF NOT EXISTS trackers jsonb,
        ADD COLUMN IF NOT EXISTS progress_offsets_ms jsonb,
        ADD COLUMN IF NOT EXISTS ad_verifications text;
    SET LOCAL lock_timeout = 0;
END
$$;
