-- Law 1: of a deployment at most one wave changes endpoints. Which one does stands beside its record, for the index.
CREATE TABLE running_wave (
  wave       ${key} NOT NULL PRIMARY KEY,
  deployment ${key} NOT NULL
);
CREATE UNIQUE INDEX running_wave_one ON running_wave (deployment);
