-- What people and other systems are to be told, written with the decision that they are told of; told ones stay as the delivery log.
-- gather: entries of the same are told in one message. batch: the message that an entry is part of, from its first try on.
-- state: WAITING, TOLD, DEAD.
CREATE TABLE outbox (
  id           VARCHAR(32)  NOT NULL PRIMARY KEY,
  kind         VARCHAR(32)  NOT NULL,
  about        VARCHAR(200) NOT NULL,
  means        VARCHAR(16)  NOT NULL,
  stakeholder  TEXT         NOT NULL,
  address      TEXT         NOT NULL,
  gather       TEXT         NOT NULL,
  subject      TEXT         NOT NULL,
  text         TEXT         NOT NULL,
  facts        TEXT         NOT NULL,
  created_at   BIGINT       NOT NULL,
  due          BIGINT       NOT NULL,
  state        VARCHAR(16)  NOT NULL,
  batch        VARCHAR(32)  NOT NULL,
  tries        INTEGER      NOT NULL,
  reason       TEXT         NOT NULL,
  told_at      BIGINT       NOT NULL,
  told_by      VARCHAR(128) NOT NULL,
  leased_by    VARCHAR(128) NOT NULL,
  leased_until BIGINT       NOT NULL
);
CREATE INDEX outbox_due ON outbox (due, id) WHERE state = 'WAITING';
CREATE INDEX outbox_batch ON outbox (batch);
CREATE INDEX outbox_gather ON outbox (gather, due);
CREATE INDEX outbox_about ON outbox (about, created_at, id);
