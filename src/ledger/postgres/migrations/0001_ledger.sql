-- The ledger's first format on a server; it is that of SQLite's 21st. Append-only: a released one is never edited. Times
-- are milliseconds since 1970-01-01 UTC, money is billionths of a US dollar, paths are the operating system's own bytes.
-- What each column holds is said beside SQLite's.

CREATE TABLE batches (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    identity     BYTEA  NOT NULL UNIQUE,
    output       BYTEA  NOT NULL,
    model        TEXT   NOT NULL,
    params       TEXT   NOT NULL,
    service      TEXT   NOT NULL,
    created_ms   BIGINT NOT NULL,
    used_ms      BIGINT NOT NULL,
    model_schema TEXT,
    canary       TEXT,
    captions     TEXT,
    keeping      TEXT
);
CREATE INDEX batches_by_output ON batches (output);

CREATE TABLE roots (
    batch BIGINT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    path  BYTEA  NOT NULL,
    PRIMARY KEY (batch, place)
);

CREATE TABLE jobs (
    batch                BIGINT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    job                  BIGINT NOT NULL CHECK (job > 0),
    path                 BYTEA  NOT NULL,
    source               BYTEA  NOT NULL,
    format               TEXT,
    width                BIGINT,
    height               BIGINT,
    bytes                BIGINT NOT NULL,
    modified_ms          BIGINT NOT NULL,
    shares_stem          BIGINT NOT NULL,
    status               TEXT   NOT NULL,
    attempt              BIGINT NOT NULL,
    began_ms             BIGINT,
    ended_ms             BIGINT,
    took_ms              BIGINT,
    until_ms             BIGINT,
    stage                TEXT,
    queue_position       BIGINT,
    cause_kind           TEXT,
    cause_http           BIGINT,
    cause_message        TEXT,
    suspicion            TEXT,
    skip_reason          TEXT,
    upload_url           TEXT,
    upload_ms            BIGINT,
    content              BYTEA,
    intent_ms            BIGINT,
    request_id           TEXT,
    request_url          TEXT,
    submitted_ms         BIGINT,
    started_ms           BIGINT,
    inference_s          DOUBLE PRECISION,
    result_url           TEXT,
    result_width         BIGINT,
    result_height        BIGINT,
    billed_units         DOUBLE PRECISION,
    seed                 BIGINT,
    caption              TEXT,
    output               BYTEA,
    out_format           TEXT,
    out_width            BIGINT,
    out_height           BIGINT,
    out_bytes            BIGINT,
    cost_nanos           BIGINT,
    paid_before_nanos    BIGINT NOT NULL DEFAULT 0,
    same_as              TEXT,
    own_params           TEXT,
    stopped_at           TEXT,
    unread               TEXT,
    most_nanos           BIGINT,
    assumed_before_nanos BIGINT NOT NULL DEFAULT 0,
    most_before_nanos    BIGINT NOT NULL DEFAULT 0,
    artifacts            TEXT,
    files                TEXT,
    stars                BIGINT,
    verdict              TEXT,
    edited               TEXT,
    answer               TEXT,
    PRIMARY KEY (batch, job)
);
CREATE INDEX jobs_by_status ON jobs
    (batch, status, cost_nanos, most_nanos, paid_before_nanos, assumed_before_nanos, most_before_nanos);
CREATE INDEX jobs_by_content ON jobs (content) WHERE content IS NOT NULL;
CREATE INDEX jobs_by_upload ON jobs (upload_url) WHERE upload_url IS NOT NULL;
CREATE INDEX jobs_by_request ON jobs (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX jobs_by_own_params ON jobs (own_params) WHERE own_params IS NOT NULL;

-- It has the columns of `jobs`, in their order; who adds one there adds it here.
CREATE TABLE former_jobs (LIKE jobs);
CREATE INDEX former_jobs_by_content ON former_jobs (content);

CREATE TABLE attempts (
    batch         BIGINT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    job           BIGINT NOT NULL,
    ended_ms      BIGINT NOT NULL,
    attempt       BIGINT NOT NULL,
    stage         TEXT   NOT NULL,
    began_ms      BIGINT NOT NULL,
    cause_kind    TEXT,
    cause_http    BIGINT,
    cause_message TEXT,
    request_id    TEXT,
    cost_nanos    BIGINT,
    most_nanos    BIGINT,
    PRIMARY KEY (batch, job, ended_ms, attempt, stage)
);

CREATE TABLE further_files (
    content BYTEA PRIMARY KEY,
    path    BYTEA NOT NULL
);
CREATE TABLE further_uploads (
    url     TEXT  NOT NULL,
    service TEXT  NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (url, service)
);
CREATE TABLE forgotten (
    request TEXT PRIMARY KEY
);

-- Processes that work on batches, one row a life. A row is a lease: who renews it before `until_ms`, by the server's
-- clock, keeps its batch; a row that is `gone` changes nothing more.
CREATE TABLE workers (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch    BIGINT  NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    host     TEXT    NOT NULL,
    machine  TEXT    NOT NULL,   -- the machine and its boot: a process number means the same process within one
    pid      BIGINT  NOT NULL,
    began_ms BIGINT  NOT NULL,
    until_ms BIGINT  NOT NULL,
    gone     BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX workers_by_batch ON workers (batch) WHERE NOT gone;
