package packhorse.console.ledger;

import java.time.Instant;
import java.util.Optional;
import packhorse.console.change.PersonId;
import packhorse.console.wave.Action;
import packhorse.core.content.Sha256;

/**
 * A lease that is given.
 *
 * @param action with the lease
 * @param site whose timetable let it
 * @param plan the digest of the plan that it was given for
 * @param forcedBy who let it whatever the timetable says
 */
public record Leased(Action action, String site, Sha256 plan, Optional<PersonId> forcedBy, Instant at) {}
