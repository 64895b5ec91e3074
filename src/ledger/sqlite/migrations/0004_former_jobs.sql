-- What a row of `jobs` was when another photo took its place: its result was paid for, and whichever photo holds the
-- same picture may have it. It has the columns of `jobs`, in their order; who adds one there adds it here.
CREATE TABLE former_jobs AS SELECT * FROM jobs WHERE 0;
CREATE INDEX former_jobs_by_content ON former_jobs (content);
CREATE TRIGGER jobs_give_way BEFORE UPDATE ON jobs
WHEN OLD.content IS NOT NULL AND OLD.status IN ('DONE', 'REVIEW') AND NEW.content IS NOT OLD.content
BEGIN
    INSERT INTO former_jobs SELECT * FROM jobs WHERE batch = OLD.batch AND job = OLD.job;
END;
