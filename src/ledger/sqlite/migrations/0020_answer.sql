-- The whole answer of the request that a job has its result of, as JSON. NULL in ledgers of earlier versions.
ALTER TABLE jobs ADD COLUMN answer TEXT;
ALTER TABLE former_jobs ADD COLUMN answer TEXT;
