package packhorse.tracker.desired;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;

/**
 * A line of the sheet: what some endpoints should come to.
 *
 * @param place where it stands, for messages
 * @param action the attempt's own name; absent: made of operation and release
 * @param name of the release or bundle
 * @param version of the release or bundle
 * @param platform absent: the release that is for any
 * @param bundle whether it is a bundle
 * @param digest of the document that was approved; absent: what the catalogue signed
 * @param whom it is for
 * @param leaseFor whoever asks for the right to do the irreversible step has it for this long from then on
 * @param policy what is allowed and demanded where something is put in place
 */
public record Wish(
        String place,
        Optional<String> action,
        ReleaseName name,
        Version version,
        Optional<Platform> platform,
        boolean bundle,
        Optional<Sha256> digest,
        Operation operation,
        Selector whom,
        Optional<Instant> fetchNotBefore,
        Optional<Instant> activateNotBefore,
        Optional<Instant> deadline,
        Priority priority,
        Optional<Instant> lease,
        Optional<Duration> leaseFor,
        InstallPolicy policy) {
    /** The item that endpoints are given; also checks what the sheet says of times. */
    public DesiredItem item(Platform on, Optional<Sha256> document) {
        Subject subject = new Subject(new ReleaseId(name, version, on), bundle, document);
        return new DesiredItem(
                action.orElseGet(() -> ActionName.of(operation, subject)),
                subject,
                operation,
                fetchNotBefore,
                activateNotBefore,
                deadline,
                priority,
                lease,
                policy);
    }

    /** For people: {@code distribute acme/editor@2.0}. */
    @Override
    public String toString() {
        return operation.name().toLowerCase(java.util.Locale.ROOT) + " " + (bundle ? "bundle " : "") + name + "@"
                + version + platform.map(word -> " (" + word + ")").orElse("");
    }
}
