package packhorse.core.state;

import packhorse.core.topology.EndpointId;

/**
 * Names a report, wherever it travels: it is stored and counted once.
 *
 * @param journal incarnation of the endpoint's journal: another one after the journal was lost
 * @param sequence in that journal, from 1
 */
public record ReportId(EndpointId endpoint, long journal, long sequence) {}
