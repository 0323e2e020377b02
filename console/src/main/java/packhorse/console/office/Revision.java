package packhorse.console.office;

import java.util.Optional;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;

/** How often something that trackers keep was changed; it only grows. */
public record Revision(long number) {
    /** Of the site map. */
    static final String SITES = "sites";

    /** Of who may not take part. */
    static final String DENIED = "denied";

    /** Counts a change. */
    static void next(Pages pages, String what) {
        Optional<Stored<Revision>> before = pages.find(OfficeKinds.REVISION, what);
        if (before.isPresent()) {
            pages.change(before.get(), new Revision(before.get().value().number() + 1));
        } else {
            pages.add(OfficeKinds.REVISION, what, new Revision(1));
        }
    }
}
