package packhorse.tracker.desired;

import java.util.Optional;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.content.VersionRange;

/**
 * Names releases: {@code *}, {@code publisher/*}, {@code publisher/product}, {@code publisher/product@2.0} or
 * {@code publisher/product@[1.0,2.0)}; on every platform.
 *
 * @param publisher absent: everybody's
 * @param product absent: each of theirs
 * @param versions which of its versions
 */
public record ReleasePattern(Optional<String> publisher, Optional<String> product, VersionRange versions) {
    /** @throws IllegalArgumentException with the mend when the text is none of the forms */
    public static ReleasePattern parse(String text) {
        String s = text.strip();
        if (s.equals("*")) {
            return new ReleasePattern(Optional.empty(), Optional.empty(), VersionRange.ALL);
        }
        if (s.endsWith("/*")) {
            String publisher = s.substring(0, s.length() - 2);
            return new ReleasePattern(
                    Optional.of(new ReleaseName(publisher, "x").publisher()), Optional.empty(), VersionRange.ALL);
        }
        int at = s.indexOf('@');
        ReleaseName name = ReleaseName.parse(at < 0 ? s : s.substring(0, at));
        return new ReleasePattern(
                Optional.of(name.publisher()),
                Optional.of(name.product()),
                versions(at < 0 ? "*" : s.substring(at + 1)));
    }

    private static VersionRange versions(String text) {
        if (text.isEmpty() || text.equals("*") || "[(".indexOf(text.charAt(0)) >= 0) {
            return VersionRange.parse(text);
        }
        Version only = Version.parse(text);
        return new VersionRange(only, true, only, true);
    }

    public boolean matches(ReleaseId release) {
        return publisher.map(release.name().publisher()::equals).orElse(true)
                && product.map(release.name().product()::equals).orElse(true)
                && versions.contains(release.version());
    }

    @Override
    public String toString() {
        return publisher.map(p -> p + "/" + product.orElse("*")).orElse("*")
                + (versions.equals(VersionRange.ALL) ? "" : "@" + versions);
    }
}
