package packhorse.console.fleet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import packhorse.console.fleet.Deviation.Why;
import packhorse.console.fleet.Evidence.Place;
import packhorse.console.wave.Targets;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Version;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;

/**
 * What would bring deviating endpoints to what they should have: one order for each release and operation, its targets exactly those endpoints.
 * A proposal only: an order made of it goes the same road as any other.
 *
 * @param orders in order of release and operation
 * @param leftOut who is in none of them and why, one line for each reason
 */
public record Remedies(List<Order> orders, List<String> leftOut) {
    /**
     * A proposed order.
     *
     * @param mendsDrift whether files that somebody changed are to be put back: the order's policy has to allow it
     * @param goesBack whether an older version than the one in place is brought: the order's policy has to allow it
     * @param targets a frozen list
     * @param because how many for which reason
     */
    public record Order(
            Subject subject,
            Operation operation,
            boolean mendsDrift,
            boolean goesBack,
            Targets targets,
            Map<Why, Integer> because) {
        public Order {
            because = Map.copyOf(because);
        }

        /** For people. */
        public String line() {
            return operation + " " + subject + " on " + targets.listed().size() + " endpoints: "
                    + because.entrySet().stream()
                            .sorted(Map.Entry.comparingByKey())
                            .map(entry ->
                                    entry.getValue() + " " + entry.getKey().title())
                            .collect(Collectors.joining(", "));
        }
    }

    /** One has an action already, the other was left out by somebody: both have to end first. */
    private static final Set<Why> NEVER = Set.of(Why.WAITING, Why.EXCLUDED);

    public Remedies {
        orders = List.copyOf(orders);
        leftOut = List.copyOf(leftOut);
    }

    private record Key(Subject subject, Operation operation, boolean mendsDrift, boolean goesBack) {
        private static final Comparator<Key> ORDER = Comparator.comparing(
                        (Key key) -> key.subject().id())
                .thenComparing(Key::operation)
                .thenComparing(Key::mendsDrift)
                .thenComparing(Key::goesBack);
    }

    /** For all reasons where another order is the usual answer. */
    public static Remedies of(Collection<Compliance> reports) {
        return of(reports, Set.of());
    }

    /**
     * For the usual reasons and these.
     *
     * @param also reasons that were looked into; who waits or was left out stays out all the same
     */
    public static Remedies of(Collection<Compliance> reports, Set<Why> also) {
        Map<Place, List<Requirement>> wanted = new HashMap<>();
        for (Compliance report : reports) {
            Requirement requirement = report.requirement();
            Stream.concat(
                            report.compliant().stream(),
                            report.deviations().stream()
                                    .map(deviation -> deviation.place().endpoint()))
                    .map(endpoint -> new Place(endpoint, requirement.line(), requirement.platform()))
                    .forEach(place -> wanted.computeIfAbsent(place, unused -> new ArrayList<>(1))
                            .add(requirement));
        }
        Map<Key, Map<EndpointId, Why>> orders = new TreeMap<>(Key.ORDER);
        Map<String, Integer> leftOut = new TreeMap<>();
        for (Compliance report : reports) {
            for (Deviation deviation : report.deviations()) {
                Optional<String> reason = outOf(report, deviation, wanted, also);
                if (reason.isPresent()) {
                    leftOut.merge(reason.get(), 1, Integer::sum);
                } else {
                    orders.computeIfAbsent(key(report, deviation), unused -> new TreeMap<>())
                            .put(deviation.place().endpoint(), deviation.why());
                }
            }
        }
        return new Remedies(
                orders.entrySet().stream()
                        .map(entry -> order(entry.getKey(), entry.getValue()))
                        .toList(),
                leftOut.entrySet().stream()
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .toList());
    }

    private static Optional<String> outOf(
            Compliance report, Deviation deviation, Map<Place, List<Requirement>> wanted, Set<Why> also) {
        boolean contradicted = wanted.getOrDefault(deviation.place(), List.of()).stream()
                .anyMatch(other -> !agrees(report.requirement(), other));
        if (contradicted) {
            return Optional.of("of " + deviation.place().line()
                    + ": two groups want different things of the same endpoint; mend one of the requirements");
        }
        boolean looked = also.contains(deviation.why()) && !NEVER.contains(deviation.why());
        return deviation.why().isRemediable() || looked
                ? Optional.empty()
                : Optional.of("of " + deviation.place().line() + ": "
                        + deviation.why().title());
    }

    /** Whether what the one brings is what the other wants. */
    private static boolean agrees(Requirement one, Requirement other) {
        return switch (one) {
            case Requirement.Present present ->
                other.accepts(present.release().id().version());
            case Requirement.Absent absent -> other.wantsNothing();
        };
    }

    private static Key key(Compliance report, Deviation deviation) {
        Operation operation = report.operation(deviation);
        return switch (report.requirement()) {
            case Requirement.Present present -> {
                Version version = present.release().id().version();
                boolean newer = deviation
                        .inPlace()
                        .filter(has -> has.compareTo(version) > 0)
                        .isPresent();
                boolean inPlace = deviation.inPlace().filter(present::accepts).isPresent();
                // What is accepted and in place stays the version that it is.
                Subject subject = inPlace ? kept(present, deviation) : present.release();
                yield new Key(subject, operation, deviation.why() == Why.DRIFTED && inPlace, newer && !inPlace);
            }
            case Requirement.Absent absent ->
                new Key(
                        Subject.release(
                                new ReleaseId(absent.line(), deviation.inPlace().orElseThrow(), absent.platform())),
                        operation,
                        false,
                        false);
        };
    }

    private static Subject kept(Requirement.Present present, Deviation deviation) {
        Version version = deviation.inPlace().orElseThrow();
        return version.equals(present.release().id().version())
                ? present.release()
                : Subject.release(new ReleaseId(present.line(), version, present.platform()));
    }

    private static Order order(Key key, Map<EndpointId, Why> whom) {
        Map<Why, Integer> because = new EnumMap<>(Why.class);
        whom.values().forEach(why -> because.merge(why, 1, Integer::sum));
        return new Order(
                key.subject(),
                key.operation(),
                key.mendsDrift(),
                key.goesBack(),
                Targets.listed(whom.keySet()),
                because);
    }
}
