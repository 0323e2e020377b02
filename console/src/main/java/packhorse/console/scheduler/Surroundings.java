package packhorse.console.scheduler;

import java.time.ZoneId;
import java.util.List;
import packhorse.console.calendar.Blackout;
import packhorse.console.ledger.Pages;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness;

/** What a deployment depends on and its own records do not hold. */
public interface Surroundings {
    /** Whomever the plan's targets name now, with those attributes that its waves are cut by. */
    List<Candidate> candidates(Pages pages, Plan plan);

    /** The zone of a site's clock; one that is not known has UTC's. */
    ZoneId zone(Pages pages, String site);

    /** When nothing may run, besides what the plans say. */
    List<Blackout> blackouts(Pages pages);

    /** Whether the depots have the plan's releases. */
    boolean depotsStaged(Pages pages, Deployment deployment, Plan plan);

    /** What is found now of all that has to be so before anything is sent. */
    Readiness readiness(Pages pages, Deployment deployment);
}
