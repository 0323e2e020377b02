package packhorse.console.retrospect;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.audit.AuditEntry;
import packhorse.console.change.Actor;
import packhorse.console.ledger.Chronicle;
import packhorse.console.ledger.Pages;
import packhorse.console.report.WaveStory;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveState;
import packhorse.core.state.Operation;

/** What became of an order's waves. */
final class WaveStories {
    private static final String JUDGE = "wave.judge";

    private final Pages pages;
    private final Optional<Plan> plan;
    private final Map<String, String> judges = new HashMap<>();

    WaveStories(Pages pages, Optional<Plan> plan) {
        this.pages = pages;
        this.plan = plan;
    }

    /** Hears of a decision; the last one counts. */
    void hear(AuditEntry entry) {
        if (entry.what().equals(JUDGE)) {
            judges.put(entry.details().getOrDefault("wave", entry.subject()), entry.who());
        }
    }

    List<WaveStory> of(List<Deployment> deployments) {
        List<WaveStory> stories = new ArrayList<>();
        deployments.forEach(deployment -> deployment.waves().forEach(wave -> stories.add(story(wave))));
        return stories;
    }

    private WaveStory story(Wave wave) {
        boolean frozen = wave.membership().isPresent();
        Chronicle.WaveSum sum =
                frozen ? pages.chronicle().sum(wave.id()) : new Chronicle.WaveSum(0, List.of(), Optional.empty());
        return new WaveStory(
                wave.id(),
                name(wave.id()),
                wave.state(),
                wave.membership().map(digest -> digest.hex()).orElse(""),
                wave.members(),
                frozen ? sorted(wave) : Map.of(),
                sum.attempts(),
                failures(sum.failed()),
                wave.verdict(),
                wave.evidence().isEmpty() ? List.of() : List.of(wave.evidence()),
                decidedBy(wave),
                sum.began(),
                ended(wave));
    }

    private String name(WaveId id) {
        return id.isBeta()
                ? "beta group"
                : plan.filter(one -> id.number() <= one.waves().size())
                        .map(one -> one.waves().get(id.number() - 1).name())
                        .orElse("");
    }

    private Map<Sorting, Long> sorted(Wave wave) {
        return plan.<Map<Sorting, Long>>map(
                        one -> pages.waves().tally(wave.id(), one, pages.now()).sorted())
                .orElse(Map.of());
    }

    private static SortedMap<String, Long> failures(List<Chronicle.Failed> failed) {
        SortedMap<String, Long> byCode = new TreeMap<>();
        for (Chronicle.Failed one : failed) {
            String meaning = Meaning.of(one.state(), Operation.INSTALL, one.codeClass());
            byCode.merge(one.code() == 0 ? meaning : one.code() + " " + meaning, one.count(), Long::sum);
        }
        return byCode;
    }

    private String decidedBy(Wave wave) {
        String judge = Optional.ofNullable(judges.get(wave.id().toString()))
                .map(who -> who.equals(Actor.product().name()) ? "the gate" : who)
                .orElse("");
        String waived = wave.waiver()
                .map(one -> (wave.state() == WaveState.SKIPPED ? "left out by " : "let pass by ") + one.person() + ": "
                        + one.why())
                .orElse(wave.state() == WaveState.SKIPPED ? "left out by the product" : "");
        return judge.isEmpty() || waived.isEmpty() ? judge + waived : judge + "; " + waived;
    }

    /** When nothing more came of it. */
    private static Optional<Instant> ended(Wave wave) {
        return wave.state().isFinal() || wave.state() == WaveState.JUDGED
                ? Optional.of(wave.since())
                : Optional.empty();
    }
}
