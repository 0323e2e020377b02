package packhorse.console.office;

import java.util.Optional;
import java.util.OptionalLong;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;

/**
 * The revision of something that trackers keep: it only grows. It follows the clock, so that a ledger that was brought back from an old
 * backup, or a new one, is soon believed again by trackers that remember a later revision.
 */
public record Revision(long number) {
    /** Of the site map. */
    static final String SITES = "sites";

    /** Of who may not take part. */
    static final String DENIED = "denied";

    /** Of who may have what. */
    static final String ENTITLED = "entitled";

    /** Notes a change. */
    static void next(Pages pages, String what) {
        Optional<Stored<Revision>> before = pages.find(OfficeKinds.REVISION, what);
        long now = pages.now().toEpochMilli();
        if (before.isPresent()) {
            long number = Math.max(now, before.get().value().number() + 1);
            pages.change(before.get(), new Revision(number));
        } else {
            pages.add(OfficeKinds.REVISION, what, new Revision(now));
        }
    }

    /** The latest; empty where nothing was ever written. */
    static OptionalLong of(Pages pages, String what) {
        return pages.find(OfficeKinds.REVISION, what)
                .map(stored -> OptionalLong.of(stored.value().number()))
                .orElse(OptionalLong.empty());
    }
}
