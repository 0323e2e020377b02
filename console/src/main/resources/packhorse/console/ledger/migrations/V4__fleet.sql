-- The fleet. What is known of an endpoint is JSON (console.fleet); what changes often or is looked for stands beside it. version counts
-- what people change: labels, the end of its service.
CREATE TABLE endpoint (
  endpoint CHAR(32) NOT NULL PRIMARY KEY,
  name     ${key}   NOT NULL,
  site     ${key}   NOT NULL,
  tracker  ${key}   NOT NULL,
  seen_at  BIGINT   NOT NULL,
  retired  SMALLINT NOT NULL,
  version  BIGINT   NOT NULL,
  facts    TEXT     NOT NULL
);
CREATE INDEX endpoint_by_name ON endpoint (name);
CREATE INDEX endpoint_by_tracker ON endpoint (tracker) WHERE tracker <> '';

-- The whole inventory of each, compressed JSON.
CREATE TABLE inventory (
  endpoint CHAR(32) NOT NULL PRIMARY KEY,
  revision BIGINT   NOT NULL,
  body     ${bytes} NOT NULL
);
