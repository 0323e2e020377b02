-- Who is in which wave, fixed when it is frozen, and what became of each.
CREATE TABLE membership (
  wave       ${key}   NOT NULL PRIMARY KEY,
  deployment ${key}   NOT NULL,
  digest     CHAR(64) NOT NULL,
  members    INTEGER  NOT NULL,
  steps      INTEGER  NOT NULL
);
CREATE INDEX membership_by_deployment ON membership (deployment);

-- number: from 1, in the order of the endpoints. action: the newest attempt at the step that the
-- member is at; empty: none yet. partly: a step before has put something in place.
CREATE TABLE member (
  wave       ${key}   NOT NULL,
  endpoint   CHAR(32) NOT NULL,
  number     INTEGER  NOT NULL,
  site       ${key}   NOT NULL,
  pair       ${key}   NOT NULL,
  host       ${key}   NOT NULL,
  staged     SMALLINT NOT NULL,
  gone       SMALLINT NOT NULL,
  recalled   SMALLINT NOT NULL,
  taken_back SMALLINT NOT NULL,
  action     ${key}   NOT NULL,
  step       INTEGER  NOT NULL,
  partly     SMALLINT NOT NULL,
  PRIMARY KEY (wave, endpoint)
);
CREATE UNIQUE INDEX member_by_number ON member (wave, number);
CREATE INDEX member_without_action ON member (wave) WHERE action = '' AND gone = 0;

-- How many members of a deployment are together somewhere: at a site, in a redundant pair, on a host.
CREATE TABLE crowd (
  deployment ${key}      NOT NULL,
  kind       VARCHAR(16) NOT NULL,
  name       ${key}      NOT NULL,
  size       BIGINT      NOT NULL,
  PRIMARY KEY (deployment, kind, name)
);

-- Attempts. state, code_class: as on the wire. purpose: console.wave.Purpose. ended, good, unverified: as console.wave.Action says,
-- beside what they follow from, so that they can be counted. site, pair, host: the member's. leased_until 0: never.
CREATE TABLE attempt (
  action       ${key}   NOT NULL PRIMARY KEY,
  deployment   ${key}   NOT NULL,
  wave         ${key}   NOT NULL,
  endpoint     CHAR(32) NOT NULL,
  number       INTEGER  NOT NULL,
  attempt      INTEGER  NOT NULL,
  purpose      VARCHAR(16) NOT NULL,
  name         ${key}   NOT NULL,
  platform     ${key}   NOT NULL,
  operation    VARCHAR(16) NOT NULL,
  state        INTEGER  NOT NULL,
  changed      SMALLINT NOT NULL,
  verified     SMALLINT NOT NULL,
  code_class   INTEGER  NOT NULL,
  code         INTEGER  NOT NULL,
  leased_until BIGINT   NOT NULL,
  since        BIGINT   NOT NULL,
  given_up     SMALLINT NOT NULL,
  ended        SMALLINT NOT NULL,
  good         SMALLINT NOT NULL,
  unverified   SMALLINT NOT NULL,
  site         ${key}   NOT NULL,
  pair         ${key}   NOT NULL,
  host         ${key}   NOT NULL,
  touched_at   BIGINT   NOT NULL
);
-- An endpoint is in at most one unfinished action per release line.
CREATE UNIQUE INDEX attempt_unfinished ON attempt (name, platform, endpoint) WHERE ended = 0;
CREATE INDEX attempt_by_member ON attempt (wave, endpoint);
CREATE INDEX attempt_by_touch ON attempt (touched_at);
CREATE INDEX attempt_unverified ON attempt (deployment, site, endpoint) WHERE unverified = 1;
CREATE INDEX attempt_unverified_pair ON attempt (pair, endpoint) WHERE unverified = 1 AND pair <> '';
CREATE INDEX attempt_unverified_host ON attempt (host, endpoint) WHERE unverified = 1 AND host <> '';

-- Under what an endpoint was let begin, by its newest lease.
CREATE TABLE permit (
  action    ${key}   NOT NULL PRIMARY KEY,
  endpoint  CHAR(32) NOT NULL,
  site      ${key}   NOT NULL,
  plan      CHAR(64) NOT NULL,
  forced_by ${key}   NOT NULL,
  leased_at BIGINT   NOT NULL
);

-- What was begun: when, by the endpoint's clock, and when it was heard of.
CREATE TABLE beginning (
  action   ${key}   NOT NULL PRIMARY KEY,
  endpoint CHAR(32) NOT NULL,
  at       BIGINT   NOT NULL,
  heard_at BIGINT   NOT NULL
);
CREATE INDEX beginning_by_hearing ON beginning (heard_at);

-- What endpoints should have, one item a release line, as on the wire. place: items are done in its order.
CREATE TABLE desired (
  endpoint CHAR(32) NOT NULL,
  name     ${key}   NOT NULL,
  platform ${key}   NOT NULL,
  action   ${key}   NOT NULL,
  place    BIGINT   NOT NULL,
  item     ${bytes} NOT NULL,
  PRIMARY KEY (endpoint, name, platform)
);
CREATE INDEX desired_by_action ON desired (action);

-- How often it changed for an endpoint, and the number of its newest change over all endpoints.
CREATE TABLE desired_head (
  endpoint CHAR(32) NOT NULL PRIMARY KEY,
  revision BIGINT   NOT NULL,
  change   BIGINT   NOT NULL
);
CREATE INDEX desired_by_change ON desired_head (change);
