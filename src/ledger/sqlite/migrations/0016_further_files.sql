-- Files that go along with every photo of a batch, such as a mask, by their BLAKE3 hash: where each lay last.
CREATE TABLE further_files (
    content BLOB PRIMARY KEY,
    path BLOB NOT NULL
) WITHOUT ROWID;
-- Where they were uploaded: a request in a service's history names its files by these URLs.
CREATE TABLE further_uploads (
    url TEXT NOT NULL,
    service TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (url, service)
) WITHOUT ROWID;
