-- Format 1. Migrations are append-only: a released one is never edited, because ledgers remember its checksum.
-- Times are milliseconds since 1970-01-01 UTC, money is billionths of a US dollar, paths are the operating
-- system's own bytes.

-- One row a batch: the same command finds the same row.
CREATE TABLE batches (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    identity   BLOB    NOT NULL UNIQUE,            -- BLAKE3 of what makes it this batch
    output     BLOB    NOT NULL,
    model      TEXT    NOT NULL,
    params     TEXT    NOT NULL,                   -- canonical
    sandbox    INTEGER NOT NULL CHECK (sandbox IN (0, 1)),
    created_ms INTEGER NOT NULL,
    used_ms    INTEGER NOT NULL
) STRICT;

-- The folders and files that a batch takes photos from, in the order in which they were given.
CREATE TABLE roots (
    batch INTEGER NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    path  BLOB    NOT NULL,
    PRIMARY KEY (batch, place)
) STRICT, WITHOUT ROWID;

-- One row a job. `status`, and `stage` where it waits or failed, say which of the other columns are current;
-- what a job knew earlier (upload, request, result) stays in its columns until something newer replaces it, so
-- that no request that may have been paid for is ever forgotten.
CREATE TABLE jobs (
    batch             INTEGER NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    job               INTEGER NOT NULL CHECK (job > 0),
    -- the photo
    path              BLOB    NOT NULL,
    source            BLOB    NOT NULL,
    format            TEXT,
    width             INTEGER,
    height            INTEGER,
    bytes             INTEGER NOT NULL,
    modified_ms       INTEGER NOT NULL,
    shares_stem       INTEGER NOT NULL,
    -- where it stands
    status            TEXT    NOT NULL,
    attempt           INTEGER NOT NULL,
    began_ms          INTEGER,
    ended_ms          INTEGER,
    took_ms           INTEGER,
    until_ms          INTEGER,
    stage             TEXT,                        -- the step that it goes on with: upload, submit, follow, save
    queue_position    INTEGER,
    cause_kind        TEXT,
    cause_http        INTEGER,
    cause_message     TEXT,
    suspicion         TEXT,
    skip_reason       TEXT,
    -- the photo in fal's storage
    upload_url        TEXT,
    upload_ms         INTEGER,
    content           BLOB,                        -- BLAKE3 of what was uploaded
    -- the paid call
    intent_ms         INTEGER,
    request_id        TEXT,
    request_url       TEXT,
    submitted_ms      INTEGER,
    started_ms        INTEGER,
    inference_s       REAL,
    -- its answer
    result_url        TEXT,
    result_width      INTEGER,
    result_height     INTEGER,
    billed_units      REAL,
    seed              INTEGER,
    caption           TEXT,
    -- the picture on disk
    output            BLOB,
    out_format        TEXT,
    out_width         INTEGER,
    out_height        INTEGER,
    out_bytes         INTEGER,
    cost_nanos        INTEGER,
    paid_before_nanos INTEGER NOT NULL DEFAULT 0,  -- what earlier results of this job cost
    PRIMARY KEY (batch, job)
) STRICT;

-- Counts and sums a batch without touching the rows themselves.
CREATE INDEX jobs_by_status ON jobs (batch, status, cost_nanos, paid_before_nanos);
CREATE INDEX jobs_by_content ON jobs (content) WHERE content IS NOT NULL;
CREATE INDEX jobs_by_upload ON jobs (upload_url) WHERE upload_url IS NOT NULL;
CREATE INDEX jobs_by_request ON jobs (request_id) WHERE request_id IS NOT NULL;

-- One row an attempt that ended, append-only. The key makes writing one twice harmless.
CREATE TABLE attempts (
    batch         INTEGER NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    job           INTEGER NOT NULL,
    ended_ms      INTEGER NOT NULL,
    attempt       INTEGER NOT NULL,
    stage         TEXT    NOT NULL,
    began_ms      INTEGER NOT NULL,
    cause_kind    TEXT,
    cause_http    INTEGER,
    cause_message TEXT,
    request_id    TEXT,
    cost_nanos    INTEGER,
    PRIMARY KEY (batch, job, ended_ms, attempt, stage)
) STRICT, WITHOUT ROWID;
