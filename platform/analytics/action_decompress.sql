-- Puts the columns of a chunk into rows: schema, name.
SELECT decompress_chunk(format('%I.%I', $1::text, $2::text)::regclass)
