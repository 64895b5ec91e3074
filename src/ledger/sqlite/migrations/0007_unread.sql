-- What fal answered that is not understood, of a job that is in review for it and has no picture.
ALTER TABLE jobs ADD COLUMN unread TEXT;
ALTER TABLE former_jobs ADD COLUMN unread TEXT;
