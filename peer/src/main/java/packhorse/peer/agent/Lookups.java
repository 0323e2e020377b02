package packhorse.peer.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.state.Subject;
import packhorse.peer.desired.Resolution;

/**
 * What subjects of orders turned out to be, as far as the catalogue was asked. What it does not list is asked for again and
 * again for a while, since a mirror is behind the origin by some seconds; then that is the answer.
 *
 * <p>Owns the answers. Only the owner thread enters.
 */
final class Lookups {
    /** A subject that could not be looked up is asked about again after this long. */
    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Lookups.class);

    private final Catalogued catalogued;
    private final Duration unknownGrace;
    private final Errands errands;
    private final InstantSource clock;
    private final Runnable changed;
    private final Map<Subject, Resolution> resolutions = new HashMap<>();
    private final Map<Subject, Instant> unknownSince = new HashMap<>();
    private final Set<Subject> resolving = new HashSet<>();
    private final Map<Subject, Instant> askAt = new HashMap<>();

    /**
     * Knows nothing yet.
     *
     * @param unknownGrace how long a release may be missing from the catalogue before that is the answer
     * @param changed told of each answer
     */
    Lookups(Catalogued catalogued, Duration unknownGrace, Errands errands, InstantSource clock, Runnable changed) {
        this.catalogued = catalogued;
        this.unknownGrace = unknownGrace;
        this.errands = errands;
        this.clock = clock;
        this.changed = changed;
    }

    /** What is known, by subject. */
    Map<Subject, Resolution> all() {
        return Collections.unmodifiableMap(resolutions);
    }

    /** What a subject consists of; empty while that is not known. */
    List<Resolution.Part> parts(Subject subject) {
        return resolutions.get(subject) instanceof Resolution.Known(List<Resolution.Part> parts) ? parts : List.of();
    }

    /** The content of it. */
    List<Sha256> packs(Subject subject) {
        return parts(subject).stream().map(Resolution.Part::pack).toList();
    }

    /** Why it is not known; empty where it is, or nobody asked. */
    String trouble(Subject subject) {
        return resolutions.get(subject) instanceof Resolution.Unavailable(String reason) ? reason : "";
    }

    /** Forgets all others. */
    void retain(Set<Subject> subjects) {
        resolutions.keySet().retainAll(subjects);
        unknownSince.keySet().retainAll(subjects);
        askAt.keySet().retainAll(subjects);
    }

    /** Time passes; whether something may be asked again now. */
    boolean tick() {
        Instant now = clock.instant();
        return askAt.values().removeIf(time -> !now.isBefore(time));
    }

    /** Asks the catalogue about a subject, unless that is under way, or its answer is final. */
    void ask(Subject subject) {
        boolean known = resolutions.get(subject) instanceof Resolution.Wrong;
        if (known || askAt.containsKey(subject) || !resolving.add(subject)) {
            return;
        }
        errands.run(
                () -> catalogued.resolve(subject, false),
                resolution -> {
                    resolving.remove(subject);
                    resolved(subject, resolution);
                },
                refused -> {
                    resolving.remove(subject);
                    resolved(subject, new Resolution.Unavailable(refused.reason()));
                });
    }

    /** What the catalogue does not list may have been published a moment ago and not be mirrored yet. */
    private void resolved(Subject subject, Resolution resolution) {
        Instant now = clock.instant();
        Resolution taken = resolution;
        if (resolution instanceof Resolution.Wrong(String reason)) {
            Instant since = unknownSince.computeIfAbsent(subject, first -> now);
            if (now.isBefore(since.plus(unknownGrace))) {
                taken = new Resolution.Unavailable(reason);
            }
        }
        if (taken instanceof Resolution.Unavailable(String reason)) {
            LOG.debug("{}: {}", subject, reason);
            Instant graceEnds = unknownSince.getOrDefault(subject, now).plus(unknownGrace);
            Instant usual = now.plus(ASK_AGAIN);
            askAt.put(subject, graceEnds.isAfter(now) && graceEnds.isBefore(usual) ? graceEnds : usual);
        }
        resolutions.put(subject, taken);
        changed.run();
    }
}
