-- The last of this folder: what the others need beside on the nodes of a cluster.
DO $$
BEGIN
    IF is_distributed() THEN
        PERFORM adapt_to_citus();
    END IF;
END
$$;
