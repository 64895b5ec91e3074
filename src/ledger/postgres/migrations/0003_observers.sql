-- Who looks at a batch from elsewhere, and what they ask of those who work on it. Append-only: a released one is never
-- edited.

-- The transaction that wrote a job's row last: what changed since a look is found without reading the rest. Rows of
-- before have none.
ALTER TABLE jobs ADD COLUMN changed xid8;
ALTER TABLE former_jobs ADD COLUMN changed xid8;
CREATE FUNCTION fal_tui_job_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed := pg_current_xact_id();
    RETURN NEW;
END
$$;
CREATE TRIGGER jobs_changed BEFORE INSERT OR UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION fal_tui_job_changed();
CREATE INDEX jobs_by_change ON jobs (batch, changed);

-- What was paid beside what stands with results: few rows, and a look asks for their sums each time.
CREATE INDEX jobs_paid_besides ON jobs (batch) WHERE paid_before_nanos <> 0 OR most_before_nanos <> 0
    OR (cost_nanos IS NOT NULL AND (status NOT IN ('DONE', 'REVIEW') OR unread IS NOT NULL));
CREATE INDEX attempts_paid ON attempts (batch) WHERE cause_kind IS NOT NULL AND cost_nanos IS NOT NULL;

-- How it goes at a worker, as it says itself with each sign of life (JSON).
ALTER TABLE workers ADD COLUMN says TEXT;

-- What a person asked for that holds for who begins later, too: a pause, and a cap.
ALTER TABLE batches ADD COLUMN paused BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE batches ADD COLUMN told_cap_nanos BIGINT;

-- What people ask of those who work on a batch: each of them takes an order once. Told by NOTIFY, and looked for.
CREATE TABLE orders (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch   BIGINT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    at_ms   BIGINT NOT NULL,
    by_whom TEXT   NOT NULL,
    command TEXT   NOT NULL
);
CREATE INDEX orders_by_batch ON orders (batch, at_ms);

-- Who looks on: a worker says how it goes more often, and waits for a word where it would end otherwise.
CREATE TABLE observers (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch       BIGINT  NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    may_answer  BOOLEAN NOT NULL,
    until_ms    BIGINT  NOT NULL
);
CREATE INDEX observers_by_batch ON observers (batch);
