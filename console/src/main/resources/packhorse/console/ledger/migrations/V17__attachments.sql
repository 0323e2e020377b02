-- The bytes of what is attached to orders, by the ids of their records, which say what they are called, who attached them and when.
CREATE TABLE attachment (
  id     ${key}   NOT NULL PRIMARY KEY,
  sha256 CHAR(64) NOT NULL,
  bytes  ${bytes} NOT NULL
);
