package packhorse.console.change;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.Kind;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.unit.ByteCount;

/**
 * A release as the catalogue has it. The same bytes are offered to one stage after the other; nothing is built again on the way.
 *
 * @param manifest the digest of its signed manifest: the one content that has its name
 * @param size of its content
 * @param offered the furthest stage that may take it
 * @param since when it came to where it is
 * @param installed where it was still in place when it was taken out; absent while it is offered
 */
public record CataloguedRelease(
        ReleaseId release,
        Sha256 manifest,
        ByteCount size,
        Kind kind,
        Stage offered,
        State state,
        Instant since,
        Optional<StillInstalled> installed) {
    /** Whether it can be had. */
    public enum State {
        OFFERED,
        /** Gone, and nothing of it kept. */
        RETIRED,
        /** In cold storage; restoring brings it back. */
        ARCHIVED
    }

    /** What names it among releases, in the ledger and in addresses: {@code publisher/product/version/platform}. */
    public static String key(ReleaseId release) {
        return release.name() + "/" + release.version() + "/" + release.platform();
    }

    /** One that is offered. */
    public static CataloguedRelease offered(
            ReleaseId release, Sha256 manifest, ByteCount size, Kind kind, Stage stage, Instant at) {
        return new CataloguedRelease(release, manifest, size, kind, stage, State.OFFERED, at, Optional.empty());
    }

    /** The same, offered to this stage. */
    public CataloguedRelease offered(Stage stage, Instant at) {
        return offered(release, manifest, size, kind, stage, at);
    }

    /** The same, offered no more. */
    public CataloguedRelease gone(State now, StillInstalled where, Instant at) {
        return new CataloguedRelease(release, manifest, size, kind, offered, now, at, Optional.of(where));
    }
}
