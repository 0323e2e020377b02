package packhorse.console.change;

import java.time.Instant;
import java.util.List;

/**
 * What a stage opens with: technical feasibility approved and resources confirmed, then approval to proceed, or returned with
 * remarks. Every entry into a stage has a gate of its own: rework asks again.
 *
 * @param history who said what
 */
public record StageGate(Stage stage, GateState state, List<HistoryEntry> history) {
    public StageGate {
        history = List.copyOf(history);
    }

    /** One that nobody said anything about yet. */
    public static StageGate closed(Stage stage, Instant now) {
        return new StageGate(
                stage, GateState.WAITING, List.of(new HistoryEntry(now, "packhorse", "asked for the gate", "")));
    }

    /** Whether the stage may work. */
    public boolean isOpen() {
        return state == GateState.PROCEEDING;
    }
}
