-- S46: old chunks become columns by hand.
SELECT
    compress_chunk(i, if_compressed => true)
FROM show_chunks('customer_metrics') i
WHERE i < NOW() - INTERVAL '7 days';
