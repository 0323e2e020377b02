-- One schema for SQLite and PostgreSQL: the part of SQL that both speak. Ids are texts that the program makes, times are
-- milliseconds since 1970 UTC, truth is 0 or 1; ${bytes} is each one's type for bytes.

-- Who may do what only one may do at a time. A fence grows whenever the holder changes; what is written under an older one is refused.
CREATE TABLE lease (
  name       VARCHAR(64)  NOT NULL PRIMARY KEY,
  holder     VARCHAR(128) NOT NULL,
  fence      BIGINT       NOT NULL,
  expires_at BIGINT       NOT NULL
);

-- The chain of all decisions; see console.audit.
CREATE TABLE audit (
  number BIGINT   NOT NULL PRIMARY KEY,
  bytes  ${bytes} NOT NULL,
  digest CHAR(64) NOT NULL
);

-- Its newest link. One row; whoever adds a link holds it until his transaction ends.
CREATE TABLE audit_head (
  one    SMALLINT NOT NULL PRIMARY KEY CHECK (one = 1),
  number BIGINT   NOT NULL,
  digest CHAR(64) NOT NULL
);
INSERT INTO audit_head (one, number, digest)
VALUES (1, 0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
