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

-- Every report of every endpoint, once: the distribution log. state, operation and code_class as on the wire.
CREATE TABLE status (
  endpoint         CHAR(32)     NOT NULL,
  journal          BIGINT       NOT NULL,
  sequence         BIGINT       NOT NULL,
  received_at      BIGINT       NOT NULL,
  at               BIGINT       NOT NULL,
  action           VARCHAR(128) NOT NULL,
  name             TEXT         NOT NULL,
  version          TEXT         NOT NULL,
  platform         TEXT         NOT NULL,
  bundle           SMALLINT     NOT NULL,
  operation        INTEGER      NOT NULL,
  state            INTEGER      NOT NULL,
  detail           TEXT         NOT NULL,
  code             INTEGER      NOT NULL,
  code_class       INTEGER      NOT NULL,
  bytes_wan        BIGINT       NOT NULL,
  bytes_lan        BIGINT       NOT NULL,
  desired_revision BIGINT       NOT NULL,
  PRIMARY KEY (endpoint, journal, sequence)
);

-- Up to where each journal is stored. Whoever stores holds the row until his transaction ends.
CREATE TABLE report_head (
  endpoint CHAR(32) NOT NULL,
  journal  BIGINT   NOT NULL,
  sequence BIGINT   NOT NULL,
  PRIMARY KEY (endpoint, journal)
);

-- Where each action of each endpoint stands; an end is final.
CREATE TABLE action_now (
  action     VARCHAR(128) NOT NULL,
  endpoint   CHAR(32)     NOT NULL,
  operation  INTEGER      NOT NULL,
  state      INTEGER      NOT NULL,
  ended      SMALLINT     NOT NULL,
  code       INTEGER      NOT NULL,
  code_class INTEGER      NOT NULL,
  since      BIGINT       NOT NULL,
  bytes_wan  BIGINT       NOT NULL,
  bytes_lan  BIGINT       NOT NULL,
  PRIMARY KEY (action, endpoint)
);
