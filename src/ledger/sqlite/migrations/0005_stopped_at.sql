-- The step that did not work, where a job waits or failed: upload, submit, follow, save. `stage` is the step that it
-- goes on with. NULL where no step failed, and in what was written before this column.
ALTER TABLE jobs ADD COLUMN stopped_at TEXT;
ALTER TABLE former_jobs ADD COLUMN stopped_at TEXT;
