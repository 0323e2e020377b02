package packhorse.console.retrospect;

import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import packhorse.console.ledger.Chronicle;
import packhorse.console.ledger.Pages;
import packhorse.console.report.DistributionLine;
import packhorse.console.report.SourceBytes;
import packhorse.console.wave.Action;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Line;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.core.state.ActionState;
import packhorse.core.state.StatusEntry;

/** An order's distribution log, one line in memory at a time. */
final class LogLines implements Iterator<DistributionLine> {
    private final Pages pages;
    private final Iterator<WaveId> waves;
    private final Map<Line, String> releases = new HashMap<>();
    private Iterator<Chronicle.Attempt> attempts = Collections.emptyIterator();

    LogLines(Pages pages, Optional<Plan> plan, List<Deployment> deployments) {
        this.pages = pages;
        this.waves = deployments.stream()
                .flatMap(one -> one.waves().stream())
                .filter(wave -> wave.membership().isPresent())
                .map(Wave::id)
                .iterator();
        plan.ifPresent(one -> one.subjects()
                .forEach(subject -> releases.put(
                        new Line(subject.id().name(), subject.id().platform()),
                        subject.id().toString())));
    }

    @Override
    public boolean hasNext() {
        while (!attempts.hasNext() && waves.hasNext()) {
            attempts = pages.chronicle().attempts(waves.next());
        }
        return attempts.hasNext();
    }

    @Override
    public DistributionLine next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return line(attempts.next());
    }

    private DistributionLine line(Chronicle.Attempt attempt) {
        Action action = attempt.action();
        String wave = action.id().wave().toString();
        if (attempt.said().isEmpty()) {
            return new DistributionLine(
                    action.endpoint(),
                    attempt.site(),
                    wave,
                    action.id().toString(),
                    action.since(),
                    action.since(),
                    releases.getOrDefault(action.line(), action.line().name().toString()),
                    action.operation(),
                    action.state(),
                    action.code(),
                    action.codeClass(),
                    Meaning.of(action.state(), action.operation(), action.codeClass()),
                    SourceBytes.NONE,
                    Map.of(),
                    "");
        }
        StatusEntry last = lastThatCounts(attempt.said());
        ActionState state = action.givenUp() ? action.state() : last.state();
        DistributionLine heard = DistributionLine.of(
                action.endpoint(),
                attempt.site(),
                wave,
                attempt.said(),
                Meaning.of(state, action.operation(), last.codeClass()));
        return action.givenUp() ? heard.givenUp(action.state(), action.since()) : heard;
    }

    /** The first end counts, as everywhere. */
    private static StatusEntry lastThatCounts(List<StatusEntry> said) {
        return said.stream()
                .filter(one -> one.state().ends(one.operation()))
                .findFirst()
                .orElseGet(said::getLast);
    }
}
