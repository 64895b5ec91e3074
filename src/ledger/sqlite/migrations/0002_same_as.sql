-- The photo whose result a job uses, because both hold the same picture; `content` says what they hold. NULL where
-- a job has a result of its own.
ALTER TABLE jobs ADD COLUMN same_as TEXT;
