-- What ingest keeps beside the rows: positions in Kafka, events it could not store, holes it saw.
CREATE SCHEMA IF NOT EXISTS ingest;

COMMENT ON SCHEMA ingest IS 'state of the Kafka ingest; docs/ingest.md';

-- The position of a consumer group in each partition, moved in the transaction that stores the rows.
-- Whoever takes a partition over raises its epoch, and thereby ends all writing by its predecessor.
CREATE TABLE IF NOT EXISTS ingest.offsets (
    group_id text NOT NULL,
    topic text NOT NULL,
    part integer NOT NULL,
    next_offset bigint NOT NULL CONSTRAINT offsets_next_offset_check CHECK (next_offset >= 0),
    epoch bigint NOT NULL DEFAULT 0,
    owner text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT offsets_pkey PRIMARY KEY (group_id, topic, part)
) WITH (fillfactor = 50);

COMMENT ON COLUMN ingest.offsets.next_offset IS 'the first offset that is not stored yet';
COMMENT ON COLUMN ingest.offsets.owner IS
    'backend pid @ its start, then the instance; null once it has let go of the partition';

CREATE TABLE IF NOT EXISTS ingest.dead_letters (
    id bigserial CONSTRAINT dead_letters_pkey PRIMARY KEY,
    topic text NOT NULL,
    part integer NOT NULL,
    kafka_offset bigint NOT NULL,
    key bytea,
    value bytea,
    headers jsonb,
    error_code text NOT NULL,
    error_field text,
    error_message text NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    first_seen timestamptz NOT NULL DEFAULT now(),
    last_seen timestamptz NOT NULL DEFAULT now(),
    status text NOT NULL DEFAULT 'open'
        CONSTRAINT dead_letters_status_check CHECK (status IN ('open', 'published', 'retried', 'discarded')),
    published_at timestamptz,
    CONSTRAINT dead_letters_origin_key UNIQUE (topic, part, kafka_offset)
);

CREATE INDEX IF NOT EXISTS dead_letters_open_idx ON ingest.dead_letters (id) WHERE status = 'open';

COMMENT ON TABLE ingest.dead_letters IS 'messages that could not be stored, with the reason';

CREATE TABLE IF NOT EXISTS ingest.gaps (
    topic text NOT NULL,
    part integer NOT NULL,
    from_offset bigint NOT NULL,
    to_offset bigint NOT NULL,
    cause text NOT NULL DEFAULT 'expired' CONSTRAINT gaps_cause_check CHECK (cause IN ('expired', 'recreated')),
    detected_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE ingest.gaps IS
    'offsets [from, to) that the broker no longer had; or, where it had fewer than we had read, a position moved back';
