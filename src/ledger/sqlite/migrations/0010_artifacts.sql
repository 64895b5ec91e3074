-- What a model gave, as a JSON list. NULL where a picture and a text are all, which have columns of their own.
ALTER TABLE jobs ADD COLUMN artifacts TEXT;
ALTER TABLE former_jobs ADD COLUMN artifacts TEXT;
