-- What waves are cut by, beside the facts that it follows from: whoever chooses an order's endpoints reads no facts.
ALTER TABLE endpoint ADD COLUMN kind ${key} NOT NULL DEFAULT 'unknown';
ALTER TABLE endpoint ADD COLUMN pair ${key} NOT NULL DEFAULT '';
ALTER TABLE endpoint ADD COLUMN host ${key} NOT NULL DEFAULT '';
CREATE INDEX endpoint_by_site ON endpoint (site, endpoint) WHERE retired = 0;

-- What people look for endpoints by, in lower case as the program makes it: trait is "name" for the host's name, "label." and its name for a
-- label. The facts hold the same as it was written. A longer value is cut and found by other means.
CREATE TABLE endpoint_trait (
  trait    ${key}   NOT NULL,
  value    ${key}   NOT NULL,
  endpoint CHAR(32) NOT NULL,
  PRIMARY KEY (trait, value, endpoint)
)${clustered};
