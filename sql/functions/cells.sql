-- The columns k0 to k31 of counts, a cell for each kind by its number. Statements over all of them are too
-- quick to be compiled: the functions that others call have jit off.

-- A list in SQL with an element for each cell up to p_last: in p_form a # is the number.
CREATE OR REPLACE FUNCTION cell_list(p_form text, p_last integer DEFAULT 31) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT
RETURN (SELECT string_agg(replace(p_form, '#', n::text), ', ' ORDER BY n) FROM generate_series(0, p_last) AS n);

-- What two cells are together; an empty one is none. This and the next are inlined.
CREATE OR REPLACE FUNCTION cell_sum(p_one bigint, p_other bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(p_one + p_other, p_one, p_other);

-- The cell of a kind in a row of p_kinds cells behind the first p_start.
CREATE OR REPLACE FUNCTION cell_of(p_cells bigint[], p_kinds integer, p_start integer, p_kind integer)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_kind < p_kinds THEN nullif(p_cells[p_start + p_kind + 1], 0) END;

-- The sum of cells as what it is: sum() makes a numeric of it, which takes longer than the rest of a question.
CREATE OR REPLACE AGGREGATE cell_total(bigint) (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE);
