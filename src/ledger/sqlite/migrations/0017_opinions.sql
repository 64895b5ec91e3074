-- What a person said of a result: 1 to 5 stars, `accepted` or `rejected`, and the caption in place of the model's. NULL
-- where nothing was said.
ALTER TABLE jobs ADD COLUMN stars INTEGER;
ALTER TABLE jobs ADD COLUMN verdict TEXT;
ALTER TABLE jobs ADD COLUMN edited TEXT;
ALTER TABLE former_jobs ADD COLUMN stars INTEGER;
ALTER TABLE former_jobs ADD COLUMN verdict TEXT;
ALTER TABLE former_jobs ADD COLUMN edited TEXT;
