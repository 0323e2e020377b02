package packhorse.console.change;

import java.time.Instant;
import java.util.Optional;

/**
 * One time that an order was in a stage; rework is another.
 *
 * @param left empty while it is there
 */
public record StageEntry(Stage stage, StageGate gate, Checklist checklist, Instant entered, Optional<Instant> left) {
    public StageEntry {
        if (gate.stage() != stage) {
            throw new IllegalArgumentException("the stage " + stage + " with the gate of " + gate.stage());
        }
    }

    /** One that begins with a closed gate and nothing done. */
    static StageEntry begin(Stage stage, Category category, Instant now) {
        return new StageEntry(
                stage, StageGate.closed(stage, now), Checklists.of(stage, category), now, Optional.empty());
    }

    StageEntry with(StageGate other) {
        return new StageEntry(stage, other, checklist, entered, left);
    }

    StageEntry with(Checklist other) {
        return new StageEntry(stage, gate, other, entered, left);
    }

    StageEntry leave(Instant now) {
        return new StageEntry(stage, gate, checklist, entered, Optional.of(now));
    }
}
