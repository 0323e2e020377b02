package packhorse.console.change;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import packhorse.core.content.Kind;

/**
 * What one request asks for: some request types that go together. They decide which stages the order passes and which functions
 * it may use: one asks for prepare, test and install, another for commit alone.
 *
 * @param types at least one
 */
public record Category(Set<RequestType> types) {
    /** What brings a release further, and what takes it away: not in one request. */
    private static final Set<Function> FORWARD = EnumSet.of(
            Function.ADD_TO_PRODUCTION,
            Function.DISTRIBUTE,
            Function.INSTALL,
            Function.UPDATE,
            Function.ACTIVATE,
            Function.COMMIT);

    private static final Set<Function> AWAY = EnumSet.of(
            Function.ROLLBACK,
            Function.ROLLBACK_PUBLISHED,
            Function.REMOVE,
            Function.DELETE,
            Function.RETIRE,
            Function.ARCHIVE_AND_RETIRE);

    public Category {
        EnumSet<RequestType> ordered = EnumSet.noneOf(RequestType.class);
        ordered.addAll(types);
        types = Collections.unmodifiableSet(ordered);
        if (types.isEmpty()) {
            throw new IllegalArgumentException("the request asks for nothing; name at least one request type");
        }
    }

    public static Category of(RequestType first, RequestType... others) {
        return new Category(EnumSet.of(first, others));
    }

    /** The stages that take part, in their order. */
    public Set<Stage> stages() {
        return types.stream()
                .map(RequestType::stage)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Stage.class)));
    }

    public boolean has(Stage stage) {
        return stages().contains(stage);
    }

    /** The functions that it may use. */
    public Set<Function> functions() {
        return types.stream()
                .map(RequestType::function)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Function.class)));
    }

    /** What it is measured as. */
    public Set<Work> works() {
        return types.stream().map(RequestType::work).collect(Collectors.toCollection(() -> EnumSet.noneOf(Work.class)));
    }

    /** Whether endpoints are changed. */
    public boolean touchesEndpoints() {
        return types.stream().anyMatch(type -> type.operation().isPresent());
    }

    /** What does not go together in it, one line each. */
    public List<String> contradictions() {
        List<String> found = new ArrayList<>();
        Set<Stage> stages = stages();
        if (stages.contains(Stage.BUILDING) && stages.contains(Stage.PRODUCTION) && !stages.contains(Stage.TEST)) {
            found.add("what is built is tested before production: add a test request type");
        }
        for (Kind kind : Kind.values()) {
            Set<Function> asked = types.stream()
                    .filter(type -> type.work().kind() == kind)
                    .map(RequestType::function)
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Function.class)));
            Set<Function> forward = both(asked, FORWARD);
            Set<Function> away = both(asked, AWAY);
            if (!forward.isEmpty() && !away.isEmpty()) {
                found.add(forward + " and " + away + " undo each other: ask for them in two requests");
            }
            if (asked.contains(Function.INSTALL) && asked.contains(Function.UPDATE)) {
                found.add("install is for where nothing is installed, update for where something is: ask in two"
                        + " requests");
            }
            if (asked.contains(Function.RETIRE) && asked.contains(Function.ARCHIVE_AND_RETIRE)) {
                found.add("retire keeps nothing, archive and retire keeps a copy: ask for one of them");
            }
        }
        return found;
    }

    private static Set<Function> both(Set<Function> a, Set<Function> b) {
        Set<Function> common = EnumSet.noneOf(Function.class);
        common.addAll(a);
        common.retainAll(b);
        return common;
    }
}
