package packhorse.console;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.rest.Health;
import packhorse.console.scheduler.Scheduler;

/** Looks how the console is, each time somebody asks: whether its ledger answers, and whether its scheduler still looks. */
final class Pulse implements Supplier<Health> {
    private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);

    /** A look at the largest fleet takes seconds; one that takes longer hangs. */
    static final Duration LOOKED_MAX = Duration.ofMinutes(1);

    private final Supplier<?> ledger;
    private final Supplier<Scheduler.Counts> scheduler;
    private final InstantSource clock;

    /** @param ledger reads something of it */
    Pulse(Supplier<?> ledger, Supplier<Scheduler.Counts> scheduler, InstantSource clock) {
        this.ledger = ledger;
        this.scheduler = scheduler;
        this.clock = clock;
    }

    @Override
    public Health get() {
        List<String> troubles = new ArrayList<>();
        boolean answers = true;
        try {
            Object unusedPage = ledger.get();
        } catch (RuntimeException e) {
            answers = false;
            troubles.add("the ledger does not answer; the log says why");
            LOG.warn("the ledger does not answer", e);
        }
        Scheduler.Counts counts = scheduler.get();
        Instant looked = counts.looked();
        if (!clock.instant().isBefore(looked.plus(LOOKED_MAX))) {
            troubles.add(
                    "the scheduler has not looked since " + looked + "; look into the log, and restart this console");
        }
        return new Health(answers, counts.leader() ? "here" : "elsewhere", troubles);
    }
}
