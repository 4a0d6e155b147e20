-- S33: a chunk moves to slower storage.
SELECT move_chunk(
    'customer_metrics_1'::regclass,
    'data/old_chunks',
    'data/new_chunks',
    1024 * 1024 * 100,  -- 100MB per chunk
    'retry'
);
