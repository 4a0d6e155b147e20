-- Puts the rows of a chunk into columns: schema, name.
SELECT compress_chunk(format('%I.%I', $1::text, $2::text)::regclass)
