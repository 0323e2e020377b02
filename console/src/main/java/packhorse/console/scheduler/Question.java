package packhorse.console.scheduler;

import java.time.Instant;
import packhorse.console.ledger.Kind;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveState;

/**
 * Something that a person was asked, and told of once: how a wave was, or what now. It stands until the wave goes on.
 *
 * @param seen the wave's state when it was asked
 * @param extensions how often the wave had been watched longer then
 * @param evidence what the gate says, with its denominators
 */
public record Question(WaveId wave, WaveState seen, int extensions, String evidence, Instant at) {
    /** One for each wave; its id is the wave's. */
    public static final Kind<Question> KIND = Kind.of("question", Question.class)
            .byState(question -> question.seen().name())
            .byParent(question -> question.wave().deployment().toString());
}
