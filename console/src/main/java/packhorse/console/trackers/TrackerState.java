package packhorse.console.trackers;

import packhorse.core.topology.HostPort;

/**
 * How the session with one tracker goes; numbers are since the start.
 *
 * @param tracker its address
 * @param connected whether there is a session now
 * @param trouble why there is none, or what the last one broke off for; one line, may be empty
 * @param here endpoints that have a session with it
 * @param wordsSent about endpoints
 * @param reportsTaken messages with reports of agents
 * @param reportsStored of these, those that were stored and acknowledged
 * @param leasesAsked questions about leases
 * @param leasesRuled of these, those that this console answered
 * @param delays times that something had to wait because the tracker did not read
 * @param malformed frames of the tracker that mean nothing
 */
public record TrackerState(
        HostPort tracker,
        boolean connected,
        String trouble,
        int here,
        long wordsSent,
        long reportsTaken,
        long reportsStored,
        long leasesAsked,
        long leasesRuled,
        long delays,
        long malformed) {}
