package packhorse.console.office;

import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.calendar.Blackout;
import packhorse.console.change.Baseline;
import packhorse.console.change.Finding;
import packhorse.console.ledger.Pages;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness.Question;
import packhorse.core.topology.Link;

/** Whom targets name, and where they are: what offices need to know of the fleet. */
public interface Population {
    /**
     * A site, as far as plans need it.
     *
     * @param zone its clock
     * @param wan its line, where it is known
     */
    record Place(String site, ZoneId zone, Optional<Link> wan) {}

    /**
     * Everybody whom the plan's targets name now, each once and in the order of their ids, with those attributes that its waves are cut by.
     *
     * @throws packhorse.console.ledger.Refusal INVALID for a query that is none
     */
    List<Candidate> named(Pages pages, Plan plan);

    /** All sites, by name. */
    Map<String, Place> places(Pages pages);

    /** When nothing may run, whatever order it is. */
    List<Blackout> blackouts(Pages pages);

    /** What is known of the sites of these endpoints, for the baseline. */
    List<Baseline.SiteFacts> siteFacts(Pages pages, Collection<Candidate> candidates);

    /** What is known of these endpoints themselves; a question that has no answer here is left out. */
    Map<Question, List<Finding>> look(Pages pages, Plan plan, Collection<Candidate> candidates);
}
