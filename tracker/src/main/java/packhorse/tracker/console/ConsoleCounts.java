package packhorse.tracker.console;

/**
 * How the sessions with consoles go; all but {@code consoles} and {@code endpoints} since the start.
 *
 * @param consoles connected now
 * @param endpoints of which a console spoke
 * @param reportsSent messages with reports of agents sent to a console
 * @param reportsStored of these, those that a console stored
 * @param reportsPutOff messages with reports that no console took or answered in time; agents send them again
 * @param leasesAsked questions whether an endpoint may do an irreversible step
 * @param leasesUnruled of these, those that no console ruled on in time
 * @param words of consoles about endpoints
 * @param malformed words and frames of consoles that mean nothing
 */
public record ConsoleCounts(
        int consoles,
        int endpoints,
        long reportsSent,
        long reportsStored,
        long reportsPutOff,
        long leasesAsked,
        long leasesUnruled,
        long words,
        long malformed) {}
