package packhorse.peer.agent;

import java.util.Optional;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;

/** What a reader wants to read. */
public sealed interface ContentWish {
    /** A release; the newest where no version is given, this machine's platform where none is. */
    record Release(ReleaseName name, Optional<Version> version, Optional<Platform> platform) implements ContentWish {}

    /** A pack that this agent holds or fetches. */
    record Content(Sha256 pack) implements ContentWish {}
}
