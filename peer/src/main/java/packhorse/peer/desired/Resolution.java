package packhorse.peer.desired;

import java.util.List;
import java.util.Optional;
import packhorse.core.content.Dependency;
import packhorse.core.content.InstallSection;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;

/** What a subject turned out to be when the verified catalogue was asked. */
public sealed interface Resolution {
    /**
     * One release of a subject.
     *
     * @param release its identity
     * @param manifest digest of its signed manifest
     * @param pack the content
     * @param needs other releases that have to be there
     * @param install how it is put in place; absent: it can only be distributed
     */
    record Part(
            ReleaseId release, Sha256 manifest, Sha256 pack, List<Dependency> needs, Optional<InstallSection> install) {
        public Part {
            needs = List.copyOf(needs);
        }
    }

    /** The catalogue lists it; these are its releases, in order. */
    record Known(List<Part> parts) implements Resolution {
        public Known {
            parts = List.copyOf(parts);
        }
    }

    /** The catalogue contradicts it: not listed, or other bytes than were approved. One line says which. */
    record Wrong(String reason) implements Resolution {}

    /** Nobody can say now. It is asked again. */
    record Unavailable(String reason) implements Resolution {}
}
