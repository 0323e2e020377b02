-- At which sites a wave's members are. change grows with everything that is written of a member there: whoever counted a site need not
-- count it again before it has grown. Rows stay when a wave is thawed, so a number never comes twice.
CREATE TABLE wave_site (
  wave   ${key}  NOT NULL,
  site   ${key}  NOT NULL,
  change BIGINT  NOT NULL,
  PRIMARY KEY (wave, site)
);
INSERT INTO wave_site (wave, site, change) SELECT DISTINCT wave, site, 1 FROM member;
CREATE INDEX member_by_site ON member (wave, site);

-- awaits: it has done a step and waits for the next. undo: 0 nothing is in place or it is being taken back, 1 something is, 2 and it is to be
-- taken back. Both say whom to look at; what is to be done with each follows from its attempts. Of members from before nothing is known.
ALTER TABLE member ADD COLUMN awaits SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN undo SMALLINT NOT NULL DEFAULT 0;
UPDATE member SET awaits = 1, undo = 2 WHERE action <> '';
CREATE INDEX member_awaiting ON member (wave, number) WHERE awaits = 1;
CREATE INDEX member_to_undo ON member (wave, number) WHERE undo = 2;

CREATE INDEX attempt_failed ON attempt (wave, endpoint) WHERE ended = 1 AND good = 0;
CREATE INDEX attempt_undoing ON attempt (wave) WHERE ended = 0 AND purpose = 'ROLL_BACK';

-- By number as well: whoever goes through them in pieces begins each where the last one ended.
DROP INDEX member_without_action;
CREATE INDEX member_without_action ON member (wave, number) WHERE action = '' AND gone = 0;
