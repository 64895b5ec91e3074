-- Batches that many processes work on at the same time. Append-only: a released one is never edited.

-- How many requests all workers together may have at fal; NULL for a batch that is handed to none.
ALTER TABLE batches ADD COLUMN concurrency BIGINT;
-- The cap over all that it ever cost, and what is spent and held of it: both are of use only while it is handed to workers.
ALTER TABLE batches ADD COLUMN cap_nanos BIGINT;
ALTER TABLE batches ADD COLUMN used_nanos BIGINT NOT NULL DEFAULT 0;

-- Whether it works on its batch beside others.
ALTER TABLE workers ADD COLUMN shares BOOLEAN NOT NULL DEFAULT FALSE;

-- Whose a job is, for as long as that worker is not gone.
CREATE TABLE turns (
    batch  BIGINT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    job    BIGINT NOT NULL,
    worker BIGINT NOT NULL,
    round  BIGINT NOT NULL,   -- with which question of that worker it came: one whose answer was lost is asked again
    PRIMARY KEY (batch, job)
);
CREATE INDEX turns_by_round ON turns (worker, round);

-- What a job may yet be billed at most.
CREATE TABLE holds (
    batch BIGINT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    job   BIGINT NOT NULL,
    nanos BIGINT NOT NULL,
    PRIMARY KEY (batch, job)
);

-- Jobs that a worker may take.
CREATE INDEX jobs_open ON jobs (batch, job) WHERE status IN
    ('PENDING', 'UPLOADING', 'UPLOADED', 'SUBMITTING', 'IN_QUEUE', 'IN_PROGRESS', 'COMPLETED', 'SAVING', 'WAITING', 'UNKNOWN');
