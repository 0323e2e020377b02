package packhorse.core.content;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Releases in a given order, named by identity and manifest digest, approved and installed as one. It stands in the
 * catalogue at {@code publisher/product/version/bundle.json}.
 *
 * @param name the bundle's own name
 * @param version the bundle's own version
 * @param members in the order of installation, at least one, none twice
 */
public record Bundle(ReleaseName name, Version version, List<Member> members) {
    /**
     * A release in a bundle.
     *
     * @param release its identity
     * @param manifest digest of its manifest's canonical bytes
     */
    public record Member(ReleaseId release, Sha256 manifest) {}

    public Bundle {
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("the bundle " + name + "@" + version + " names no release");
        }
        Set<ReleaseId> seen = new HashSet<>();
        for (Member member : members) {
            if (!seen.add(member.release())) {
                throw new IllegalArgumentException(
                        "the bundle " + name + "@" + version + " names " + member.release() + " twice");
            }
        }
    }

    /** The bundle's target path in the catalogue. */
    public String targetPath() {
        return targetPath(name, version);
    }

    /** The target path of the bundle {@code name} in {@code version}. */
    public static String targetPath(ReleaseName name, Version version) {
        return name + "/" + version + "/" + Platform.BUNDLE_WORD + ".json";
    }
}
