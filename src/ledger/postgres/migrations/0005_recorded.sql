-- Append-only: a released one is never edited.

-- How a batch's records stand in its output folder, as JSON, if all of the batch is in them; NULL once a job was changed.
ALTER TABLE batches ADD COLUMN recorded TEXT;
