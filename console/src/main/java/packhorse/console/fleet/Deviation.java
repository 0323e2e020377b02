package packhorse.console.fleet;

import java.time.Instant;
import java.util.Optional;
import packhorse.console.fleet.Evidence.Place;
import packhorse.core.content.Version;

/**
 * An endpoint that has not what it should have.
 *
 * @param inPlace what it has of the line
 * @param since when it has been so, at the latest
 * @param text why, with what it rests on
 */
public record Deviation(Place place, Optional<Version> inPlace, Why why, Instant since, String text) {
    /** Why, in classes. */
    public enum Why {
        /** No order ever was for it. */
        NEVER_OFFERED("never offered", true),
        /** An order was for it and was called off before it was done. */
        CALLED_OFF("called off", true),
        /** An action is under way, or a restart is waited for. */
        WAITING("waiting", false),
        /** It was tried and failed; the same may work another time. */
        FAILED("failed", true),
        /** It was tried and failed, and will again until the cause is mended. */
        FAILED_FOR_GOOD("failed for good", false),
        /** It has not been heard of for too long. */
        UNREACHABLE("unreachable", false),
        /** Somebody left it out, it does not apply, or its user said no. */
        EXCLUDED("excluded", false),
        /** It was as it should be and is not any more: somebody changed it, and no order of ours. */
        DRIFTED("drifted", true),
        /** It is in place and its own check says that it is not well. */
        UNHEALTHY("unhealthy", false),
        /** It is in place and not in use. */
        INACTIVE("inactive", true),
        /** An order of ours took it back. */
        ROLLED_BACK("rolled back", false);

        private final String title;
        private final boolean remediable;

        Why(String title, boolean remediable) {
            this.title = title;
            this.remediable = remediable;
        }

        /** For people. */
        public String title() {
            return title;
        }

        /** Whether another order is the usual answer; where not, something has to be looked at, mended or waited for first. */
        public boolean isRemediable() {
            return remediable;
        }
    }
}
