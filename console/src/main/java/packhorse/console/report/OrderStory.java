package packhorse.console.report;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.Problem;
import packhorse.console.wave.Hold;
import packhorse.console.wave.WaveState;
import packhorse.core.content.Sha256;

/**
 * All that the ledger knows of an order, as of one moment.
 *
 * @param requests that it carries out
 * @param planDigest of the plan as it stands; empty: there is none
 * @param problems that came up in it
 * @param holds of its deployments, lifted ones too
 * @param waves of its deployments, in their order
 * @param sites what went to each
 * @param flags yellow flags that stand now, a line each
 * @param told whom was told of what, a line each
 * @param spent hours of people, as far as somebody wrote them down
 * @param at as of when
 */
public record OrderStory(
        ChangeOrder order,
        List<ChangeRequest> requests,
        Optional<Sha256> planDigest,
        List<Problem> problems,
        List<Hold> holds,
        List<WaveStory> waves,
        List<Savings.Site> sites,
        List<String> flags,
        List<Notification> told,
        Optional<Duration> spent,
        Instant at) {
    /**
     * A line of the delivery log.
     *
     * @param what the message's subject
     * @param outcome told, waiting or dead, with the reason
     */
    public record Notification(
            Instant due, String stakeholder, String means, String address, String what, String outcome) {}

    public OrderStory {
        requests = List.copyOf(requests);
        problems = List.copyOf(problems);
        holds = List.copyOf(holds);
        waves = List.copyOf(waves);
        sites = List.copyOf(sites);
        flags = List.copyOf(flags);
        told = List.copyOf(told);
    }

    /** How reports call it. */
    String about() {
        return order.id() + " " + order.head().description();
    }

    /** Waves that nothing more comes of. */
    long wavesEnded() {
        return waves.stream().filter(wave -> wave.state().isFinal()).count();
    }

    /** The wave at work, or the next one. */
    Optional<WaveStory> next() {
        return waves.stream()
                .filter(wave ->
                        wave.state() != WaveState.JUDGED && !wave.state().isFinal())
                .findFirst();
    }
}
