package packhorse.console.law;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.console.wave.Decision;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Hold;

/** All thirteen, and what the console does when one is broken while it runs: it holds the deployment, or all where it is nobody's. */
public final class Laws {
    /** By their numbers. */
    public static final List<Law> ALL = List.of(
            new OneWaveAtATime(),
            new PassedBefore(),
            new OneActionPerLine(),
            new OnlyWhatWasSigned(),
            new NobodyApprovesTheirOwn(),
            new SortedOnce(),
            new FinalIsFinal(),
            new InsideTheWindow(),
            new HoldsHold(),
            new VerifiedBeforeCommitted(),
            new WithinTheBlastRadius(),
            new AuditChainVerifies(),
            new NothingLostNothingTwice());

    private Laws() {}

    /** Whatever was broken between the two. */
    public static List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        for (Law law : ALL) {
            breaches.addAll(law.breaches(before, now));
        }
        return List.copyOf(breaches);
    }

    /** What is to be held because of it. */
    public static List<Decision.PlaceHold> holds(List<Breach> breaches, World now) {
        List<Decision.PlaceHold> holds = new ArrayList<>();
        for (World.Order order : now.orders()) {
            DeploymentId id = order.deployment().id();
            Optional<Breach> first = breaches.stream()
                    .filter(breach -> breach.deployment().isEmpty()
                            || breach.deployment().get().equals(id))
                    .findFirst();
            boolean heldAlready = order.deployment().holding().stream().anyMatch(hold -> hold.kind() == Hold.Kind.LAW);
            if (first.isPresent() && !heldAlready && !order.deployment().state().isFinal()) {
                holds.add(new Decision.PlaceHold(id, Hold.Kind.LAW, first.get().line()));
            }
        }
        return List.copyOf(holds);
    }
}
