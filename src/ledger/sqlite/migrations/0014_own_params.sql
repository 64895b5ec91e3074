-- Who has parameters of its own, is looked for by them.
CREATE INDEX jobs_by_own_params ON jobs (own_params) WHERE own_params IS NOT NULL;
