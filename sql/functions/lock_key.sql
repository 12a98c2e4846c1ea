-- The key of an advisory lock. These are the whole database's, so every key holds the schema. The
-- migrations' lock, which is had before any function is there, is lock_key('migrate').
CREATE OR REPLACE FUNCTION lock_key(p_what text) RETURNS bigint
LANGUAGE sql STABLE SET search_path FROM CURRENT
RETURN (SELECT hashtextextended('video-ad-tracker ' || p_what, oid::bigint)
        FROM pg_namespace WHERE nspname = current_schema());
