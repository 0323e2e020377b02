package packhorse.peer.adapter;

import java.util.Set;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;

/** A kind of release: reads what its manifest says into a {@link Placement}. One object serves all releases; it holds no state. */
public interface Adapter {
    /** As it is called in manifests: one lower-case word. */
    String name();

    /**
     * Reads and checks a section's settings, at publishing and again on the machine.
     *
     * @throws IllegalArgumentException with one line: what contradicts itself or is missing, and how to mend it
     */
    Placement read(Manifest manifest, InstallSection section);

    /** Programs without which it does nothing on this machine, by name ({@code dpkg}); empty for most. */
    default Set<String> programs() {
        return Set.of();
    }
}
