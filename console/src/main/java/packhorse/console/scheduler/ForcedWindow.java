package packhorse.console.scheduler;

import java.time.Instant;
import java.util.Optional;
import packhorse.console.change.PersonId;
import packhorse.console.ledger.Kind;
import packhorse.console.wave.WaveId;
import packhorse.core.PlainText;

/**
 * A named person's word that a wave may begin whatever the timetables say. It opens windows and nothing else: holds, signatures and the
 * blast radius hold as ever.
 *
 * @param site where; absent: at all of its sites
 * @param until no longer than this
 * @param told when those were told of it who had been sent a later start before; absent: they are still to be told
 * @param began the one site by which the wave began, where that was by an earlier window, in whose place this one is
 */
public record ForcedWindow(
        WaveId wave,
        Optional<String> site,
        PersonId person,
        String why,
        Instant until,
        Optional<Instant> told,
        Optional<String> began) {
    /** One for each wave; its id is the wave's. */
    public static final Kind<ForcedWindow> KIND = Kind.of("forced_window", ForcedWindow.class)
            .byParent(forced -> forced.wave().deployment().toString());

    private static final int WHY_CHARS_MAX = 1_000;

    /** As somebody says it. */
    public ForcedWindow(WaveId wave, Optional<String> site, PersonId person, String why, Instant until) {
        this(wave, site, person, why, until, Optional.empty(), Optional.empty());
    }

    public ForcedWindow {
        why = PlainText.line(why);
        if (why.isEmpty() || why.length() > WHY_CHARS_MAX) {
            throw new IllegalArgumentException("say why " + wave + " may begin whatever its windows say, in 1 to "
                    + WHY_CHARS_MAX + " characters");
        }
    }

    /** Whether it opens this site now. */
    boolean opens(String name, Instant now) {
        return isOpen(now) && site.filter(one -> !one.equals(name)).isEmpty();
    }

    /** Whether it opens anything now. */
    boolean isOpen(Instant now) {
        return now.isBefore(until);
    }

    /** When those heard of it whom it lets begin: now, where they are still to be told; absent: they never will. */
    Optional<Instant> heard(Instant now) {
        return told.or(() -> isOpen(now) ? Optional.of(now) : Optional.empty());
    }

    /** The one site by which a wave began at {@code begun}; absent: it began by its timetables, or everywhere. */
    Optional<String> begunBy(Instant begun, Instant now) {
        return began.or(() ->
                site.filter(one -> heard(now).filter(at -> !at.isAfter(begun)).isPresent()));
    }

    /** Whoever had been sent a later start knows of it. */
    ForcedWindow toldAt(Instant now) {
        return new ForcedWindow(wave, site, person, why, until, Optional.of(now), began);
    }

    /** It opens nothing any more; that a site began by it is still known. */
    public ForcedWindow closedAt(Instant now) {
        return new ForcedWindow(wave, site, person, why, now.isBefore(until) ? now : until, told, began);
    }

    /** In the place of {@code before}, while the wave is active since {@code begun}: by what it began is still known. */
    public ForcedWindow inPlaceOf(ForcedWindow before, Instant begun, Instant now) {
        return new ForcedWindow(wave, site, person, why, until, told, before.begunBy(begun, now));
    }
}
