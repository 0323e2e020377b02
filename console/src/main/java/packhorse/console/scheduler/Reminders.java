package packhorse.console.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.CommunicationsPlan.Frequency;
import packhorse.console.change.CommunicationsPlan.Occasion;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.NoticeKind;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Hold;
import packhorse.console.wave.Wave;

/**
 * What time alone tells people of: the status of a deployment that runs, to each one as often as the plan says; and that a deployment waits for a person,
 * once a day, from the third day on to whoever hears of holds, at any hour. Each has a key that follows from what it is about and when, so that it is told
 * once, whichever console finds it due and however often.
 */
final class Reminders {
    /** Whoever is asked has a working day; then the next reminder. */
    static final Duration REMIND = Duration.ofDays(1);

    /** So many reminders without an answer are a matter for others. */
    static final long ESCALATE = 3;

    private Reminders() {}

    /**
     * Something to be told.
     *
     * @param plan who hears of it
     */
    record Due(String key, NoticeKind kind, String line, Map<String, String> facts, CommunicationsPlan plan) {}

    /** Why a deployment stands still, and since when. */
    private record Waiting(String what, Instant since) {}

    /** What is to be told of a deployment now. */
    static List<Due> due(Pages pages, Sight sight) {
        List<Due> due = new ArrayList<>();
        waiting(pages, sight).ifPresent(waiting -> {
            long days = Duration.between(waiting.since(), sight.now()).dividedBy(REMIND);
            if (days >= 1) {
                due.add(reminder(sight, waiting, days));
            }
        });
        if (sight.deployment().state().changesEndpoints()) {
            for (CommunicationsPlan.Line line :
                    sight.order().plans().communications().toldOf(Occasion.STATUS)) {
                if (line.frequency() != Frequency.AT_ONCE) {
                    due.add(status(sight, line));
                }
            }
        }
        return due;
    }

    private static Due reminder(Sight sight, Waiting waiting, long days) {
        String line = sight.id() + " has waited for " + days + (days == 1 ? " day: " : " days: ") + waiting.what();
        return new Due(
                sight.id() + " waits " + waiting.since().getEpochSecond() + " " + days,
                days >= ESCALATE ? NoticeKind.ESCALATED : NoticeKind.STATUS,
                line,
                Map.of("state", sight.deployment().state().name(), "next", waiting.what(), "reason", waiting.what()),
                sight.order().plans().communications());
    }

    private static Due status(Sight sight, CommunicationsPlan.Line line) {
        long turn = sight.now().getEpochSecond() / line.frequency().between().toSeconds();
        Deployment deployment = sight.deployment();
        long over = deployment.waves().stream()
                .filter(wave -> wave.state().isFinal())
                .count();
        String running =
                deployment.running().map(Wave::id).map(Object::toString).orElse("no wave");
        return new Due(
                sight.id() + " status " + turn,
                NoticeKind.STATUS,
                sight.id() + " is " + deployment.state() + "; " + over + " of "
                        + deployment.waves().size() + " waves are over, " + running + " runs",
                Map.of(
                        "state",
                        deployment.state().name(),
                        "done",
                        over + " of " + deployment.waves().size() + " waves",
                        "next",
                        running),
                new CommunicationsPlan(List.of(line)));
    }

    private static Optional<Waiting> waiting(Pages pages, Sight sight) {
        Deployment deployment = sight.deployment();
        for (Wave wave : deployment.waves()) {
            Optional<Question> asked =
                    pages.find(Question.KIND, wave.id().toString()).map(Stored::value);
            if (asked.isPresent()) {
                return Optional.of(new Waiting(
                        wave.id() + " is for a person to decide: " + asked.get().evidence(),
                        asked.get().at()));
            }
        }
        Optional<Hold> held = deployment.holding().stream()
                .filter(hold -> hold.kind() == Hold.Kind.OPERATOR || hold.kind() == Hold.Kind.LAW)
                .findFirst();
        if (held.isPresent()) {
            return held.map(hold -> new Waiting("it is held: " + hold.why(), hold.since()));
        }
        return switch (deployment.state()) {
            case READINESS -> Optional.of(new Waiting("people have to look what is ready", deployment.since()));
            case NOTIFIED -> Optional.of(new Waiting("it is to be started", deployment.since()));
            case RECOVERY_CHECK ->
                Optional.of(new Waiting("what was taken back is to be looked at", deployment.since()));
            case EVALUATION -> Optional.of(new Waiting("it is to be closed", deployment.since()));
            case PLANNED, SIMULATED ->
                foundUnready(pages, sight)
                        ? Optional.of(new Waiting(
                                "it was not ready; mend what its readiness report says and stage it again",
                                deployment.since()))
                        : Optional.empty();
            case ANALYSIS ->
                deployment.wavesOver()
                        ? Optional.of(new Waiting("it is to be taken back or evaluated", deployment.since()))
                        : Optional.empty();
            case STAGING, STAGED, READY, BETA, BETA_EVALUATION, ROLLING, ABORTING, BACKOUT, CLOSED -> Optional.empty();
        };
    }

    /** Whether it is where it is because it was not ready: what was never looked at waits for nothing but its start. */
    private static boolean foundUnready(Pages pages, Sight sight) {
        return pages.find(Kinds.READINESS, sight.id().toString()).isPresent();
    }
}
