-- Whether the lanes lie on several nodes.
CREATE OR REPLACE FUNCTION is_distributed() RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN false;
