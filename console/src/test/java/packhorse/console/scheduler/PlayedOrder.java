package packhorse.console.scheduler;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import packhorse.console.change.CataloguedRelease;
import packhorse.console.change.Stage;
import packhorse.console.ledger.Books;
import packhorse.console.office.OfficeKinds;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Slice;
import packhorse.console.wave.WavePlan;
import packhorse.console.wave.WaveState;
import packhorse.core.content.Kind;
import packhorse.core.content.ReleaseId;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.ByteCount;

/** Orders whose scheduler and agents ran to their end, and of which every number is known, for whoever looks back at them. */
public final class PlayedOrder {
    public static final String ORDER = Theatre.ID.order().text();

    /** A tenth of it comes over the WAN. */
    public static final long SIZE = 1_000;

    /** Half of them at each of two sites. */
    public static final int MEMBERS = 12;

    /** Of those that failed the first time. */
    public static final int AGAIN = 3;

    private PlayedOrder() {}

    /** All three waves pass; three endpoints fail once, and two have to be sent the content twice. */
    public static void good(Path folder) {
        ModelAgent.Nature[] natures = natures();
        natures[0] = ModelAgent.Nature.SHAKY;
        natures[5] = ModelAgent.Nature.SHAKY;
        natures[11] = ModelAgent.Nature.SHAKY;
        try (Theatre theatre = theatre(folder, Theatre.plan(), natures)) {
            Theatre.Console console = theatre.console();
            theatre.playTo(console, DeploymentState.ANALYSIS);
        }
    }

    /** The first wave after the beta group fails but for one, and that one is taken back. */
    public static void failed(Path folder) {
        try (Theatre theatre = theatre(folder, Theatre.plan(), natures())) {
            Theatre.Console console = theatre.console();
            theatre.playTo(console, DeploymentState.ROLLING);
            List<EndpointId> first = console.read(pages -> pages.waves()
                    .membership(console.deployment().wave(1).id())
                    .orElseThrow()
                    .members());
            for (ModelAgent agent : theatre.agents) {
                if (first.indexOf(agent.id) > 0) {
                    agent.nature = ModelAgent.Nature.BAD;
                }
            }
            theatre.playTo(console, DeploymentState.RECOVERY_CHECK);
        }
    }

    /** One goes silent in its work, another before it is told, and one says nothing of what came from inside its site. */
    public static void silent(Path folder) {
        ModelAgent.Nature[] natures = natures();
        natures[3] = ModelAgent.Nature.SILENT;
        Plan plan = Theatre.plan(
                List.of(Theatre.subject("acme/app")),
                Optional.empty(),
                List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)),
                BlastRadius.ONE_OF_A_PAIR);
        try (Theatre theatre = theatre(folder, plan, natures)) {
            theatre.agents.get(1).bytesLan = 0;
            Theatre.Console console = theatre.console();
            theatre.turn(console);
            theatre.agents.get(7).nature = ModelAgent.Nature.AWAY;
            theatre.play(console, () -> console.deployment().wave(1).state() == WaveState.CLOSED);
        }
    }

    private static ModelAgent.Nature[] natures() {
        ModelAgent.Nature[] natures = new ModelAgent.Nature[MEMBERS];
        Arrays.fill(natures, ModelAgent.Nature.GOOD);
        return natures;
    }

    private static Theatre theatre(Path folder, Plan plan, ModelAgent.Nature... natures) {
        Theatre theatre = new Theatre(Theatre.embedded(folder), plan, natures);
        for (ModelAgent agent : theatre.agents) {
            agent.bytesWan = SIZE / 10;
            agent.bytesLan = SIZE - SIZE / 10;
        }
        Books books = theatre.console().books;
        Subject subject = Theatre.subject("acme/app");
        ReleaseId release = subject.id();
        Instant now = theatre.clock.instant();
        books.write(
                Theatre.OLGA,
                pages -> pages.add(
                        OfficeKinds.RELEASE,
                        CataloguedRelease.key(release),
                        CataloguedRelease.offered(
                                release,
                                subject.digest().orElseThrow(),
                                new ByteCount(SIZE),
                                Kind.PACKAGE,
                                Stage.PRODUCTION,
                                now)));
        return theatre;
    }
}
