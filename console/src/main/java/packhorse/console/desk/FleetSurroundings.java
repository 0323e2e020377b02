package packhorse.console.desk;

import java.time.ZoneId;
import java.util.List;
import packhorse.console.calendar.Blackout;
import packhorse.console.ledger.Pages;
import packhorse.console.office.FleetFacts;
import packhorse.console.office.ReadinessLook;
import packhorse.console.scheduler.Surroundings;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness;

/** What the scheduler sees around a deployment: the fleet and the sites as the offices keep them. */
public final class FleetSurroundings implements Surroundings {
    private final FleetFacts facts;
    private final ReadinessLook readiness;

    public FleetSurroundings(FleetFacts facts) {
        this.facts = facts;
        this.readiness = new ReadinessLook(facts);
    }

    @Override
    public List<Candidate> candidates(Pages pages, Plan plan) {
        return facts.named(pages, plan);
    }

    @Override
    public ZoneId zone(Pages pages, String site) {
        return facts.zone(pages, site);
    }

    @Override
    public List<Blackout> blackouts(Pages pages) {
        return facts.blackouts(pages);
    }

    /** Site peers fetch what their site's machines are told of, and nothing is told before a wave: so nothing is waited for here. */
    @Override
    public boolean depotsStaged(Pages pages, Deployment deployment, Plan plan) {
        return true;
    }

    @Override
    public Readiness readiness(Pages pages, Deployment deployment) {
        return readiness.look(pages, deployment);
    }
}
