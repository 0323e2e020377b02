-- What people and the product decide over: requests, orders, deployments, groups, accounts and so on, each as JSON (console.json) with
-- what is looked for beside it. Every change raises the version; whoever changes says which version he saw.
CREATE TABLE record (
  kind       VARCHAR(32) NOT NULL,
  id         ${key}      NOT NULL,
  version    BIGINT      NOT NULL,
  state      ${key}      NOT NULL,
  parent     ${key}      NOT NULL,
  changed_at BIGINT      NOT NULL,
  changed_by ${key}      NOT NULL,
  body       TEXT        NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX record_by_state ON record (kind, state, id);
CREATE INDEX record_by_parent ON record (kind, parent, id);

-- The newest number of each row of names, CO-2026 for the change orders of 2026.
CREATE TABLE counter (
  name  ${key}  NOT NULL PRIMARY KEY,
  value BIGINT  NOT NULL
);

-- What somebody who asked twice was answered the first time.
CREATE TABLE answered (
  asker       ${key}      NOT NULL,
  key         ${key}      NOT NULL,
  request     CHAR(64)    NOT NULL,
  answered_at BIGINT      NOT NULL,
  status      INTEGER     NOT NULL,
  body        TEXT        NOT NULL,
  PRIMARY KEY (asker, key)
);
CREATE INDEX answered_by_age ON answered (answered_at);
