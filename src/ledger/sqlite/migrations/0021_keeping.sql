-- What fal keeps of a batch, as JSON, so that a retry asks for the same. NULL where nothing was asked for.
ALTER TABLE batches ADD COLUMN keeping TEXT;
-- Requests whose results fal has deleted, because that was asked for.
CREATE TABLE forgotten (
    request TEXT PRIMARY KEY
) WITHOUT ROWID;
