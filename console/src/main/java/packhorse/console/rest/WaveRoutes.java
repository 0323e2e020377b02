package packhorse.console.rest;

import java.util.List;
import java.util.OptionalLong;
import packhorse.console.change.Actor;
import packhorse.console.change.Role;
import packhorse.console.gate.Verdict;
import packhorse.console.ledger.Stored;
import packhorse.console.office.WaveOffice;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.WaveId;

/** Waves. What is done with one changes its deployment, whose version is asked for. */
final class WaveRoutes {
    private static final String ONE = "/waves/{order}/{deployment}/{wave}";

    private static final Access COORDINATORS = Access.to(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);

    private WaveRoutes() {}

    /** How a wave was, and what that rests on. */
    public record Judging(Verdict verdict, String why) {}

    private interface Acting {
        Stored<Deployment> on(Actor.Person who, WaveId id, OptionalLong seen, String why);
    }

    static List<Route> of(WaveOffice office) {
        return List.of(
                act("/waive", "waiveWave", "Lets what follows begin although the verdict is no PASS.", office::waive),
                act("/skip", "skipWave", "Leaves a wave out.", office::skip),
                act("/extend", "extendWave", "Watches an inconclusive wave longer.", office::extend),
                draft("/force", "forceWave", "Lets a wave begin outside its windows for a while, in a person's name.")
                        .access(COORDINATORS)
                        .body(WaveOffice.ForceForm.class)
                        .does(call -> Answer.of(office.force(
                                call.who(), id(call), call.seen(), call.body(WaveOffice.ForceForm.class)))),
                act(
                        "/unforce",
                        "unforceWave",
                        "Takes back that a wave may begin outside its windows.",
                        office::unforce),
                draft("/judge", "judgeWave", "Says how a wave was, where a person judges.")
                        .body(Judging.class)
                        .does(call -> {
                            Judging judging = call.body(Judging.class);
                            return Answer.of(
                                    office.judge(call.who(), id(call), call.seen(), judging.verdict(), judging.why()));
                        }));
    }

    private static Route.Draft draft(String act, String name, String summary) {
        return Route.post(ONE + act, name, summary)
                .with("order", OrderRoutes.ID)
                .with("deployment", "The deployment's place in its order: D1, D2 and so on.")
                .with("wave", "The wave's place in its deployment: W0 is the beta group.")
                .access(Access.workers())
                .versioned()
                .stored(Deployment.class);
    }

    private static Route act(String path, String name, String summary, Acting act) {
        return draft(path, name, summary)
                .body(Said.class)
                .does(call -> Answer.of(act.on(call.who(), id(call), call.seen(), call.said())));
    }

    static WaveId id(Call call) {
        return WaveId.parse(call.path("order") + "/" + call.path("deployment") + "/" + call.path("wave"));
    }
}
