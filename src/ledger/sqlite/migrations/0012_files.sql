-- What a result has beside a picture and a caption, which have columns of their own, as JSON. NULL where these are all.
ALTER TABLE jobs ADD COLUMN files TEXT;
ALTER TABLE former_jobs ADD COLUMN files TEXT;
