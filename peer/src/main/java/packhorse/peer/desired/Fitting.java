package packhorse.peer.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import packhorse.core.content.ReleaseId;
import packhorse.core.state.LineState;
import packhorse.core.state.LineState.Activation;
import packhorse.core.state.LineState.Presence;
import packhorse.core.state.LineState.TransactionState;
import packhorse.core.state.Operation;

/** What an operation that brings no content finds in place: activate, commit, roll back, remove. */
sealed interface Fitting {
    /** It cannot be done; one line says why. */
    record No(String reason) implements Fitting {}

    /** It is so already. */
    record Done() implements Fitting {}

    /** There is something to do about these, which are in place. */
    record Members(List<ReleaseId> members) implements Fitting {}

    /** For releases of one order, which belong together. */
    static Fitting of(Operation operation, List<ReleaseId> releases, Installs installs) {
        List<ReleaseId> members = new ArrayList<>();
        boolean anything = false;
        String no = "";
        for (ReleaseId release : releases) {
            Optional<LineState> line = installs.line(release)
                    .filter(state -> state.presence() == Presence.INSTALLED || isStranded(operation, state));
            if (line.isEmpty()) {
                no = "nothing of " + LineName.of(release) + " is in place here to " + word(operation);
                continue;
            }
            anything = true;
            switch (of(operation, release, line.get())) {
                case No(String reason) -> {
                    return new No(reason);
                }
                case Done() -> {}
                case Members(List<ReleaseId> more) -> members.addAll(more);
            }
        }
        if (operation == Operation.REMOVE && !anything) {
            return new Done();
        }
        // A bundle that is half gone can still be taken away; it cannot be brought into use or made final.
        boolean backwards = operation == Operation.ROLLBACK || operation == Operation.REMOVE;
        if (!no.isEmpty() && !(backwards && anything)) {
            return new No(no);
        }
        return members.isEmpty() ? new Done() : new Members(List.copyOf(members));
    }

    /** A way back that failed, and that can be tried again; what is in place then is anybody's guess. */
    private static boolean isStranded(Operation operation, LineState line) {
        return operation == Operation.ROLLBACK
                && line.transaction() == TransactionState.UNDOABLE
                && line.version().isEmpty();
    }

    private static Fitting of(Operation operation, ReleaseId release, LineState line) {
        if (isStranded(operation, line)) {
            return new Members(List.of(release));
        }
        ReleaseId there = new ReleaseId(release.name(), line.version().orElseThrow(), release.platform());
        boolean same = there.equals(release);
        if (operation == Operation.ROLLBACK) {
            // It may be called by what is to go or by what is to come back: two versions of one line.
            boolean open = line.transaction() == TransactionState.UNDOABLE;
            boolean known =
                    same || line.previous().filter(release.version()::equals).isPresent();
            if (!known) {
                return new No(there + " is in place, not " + release + "; order the rollback of what is in place");
            }
            return open || line.previous().isPresent()
                    ? new Members(List.of(there))
                    : new No("nothing is kept that " + there + " could be rolled back to");
        }
        if (!same) {
            return new No(there + " is in place, not " + release + "; only what is in place can be "
                    + (operation == Operation.REMOVE
                            ? "removed"
                            : operation == Operation.COMMIT ? "committed" : "activated"));
        }
        return switch (operation) {
            case COMMIT ->
                switch (line.transaction()) {
                    case COMMITTED -> new Done();
                    case UNDOABLE -> new Members(List.of(there));
                    case NONE, PREPARED ->
                        new No(there + " is " + line.transaction() + ": nothing of it can be committed");
                };
            case ACTIVATE -> line.activation() == Activation.ACTIVE ? new Done() : new Members(List.of(there));
            case REMOVE, ROLLBACK -> new Members(List.of(there));
            case DISTRIBUTE, INSTALL, UPDATE, DELETE ->
                throw new IllegalArgumentException(operation + " does not begin with what is in place");
        };
    }

    private static String word(Operation operation) {
        return operation == Operation.ROLLBACK ? "roll back" : operation.name().toLowerCase(Locale.ROOT);
    }
}
