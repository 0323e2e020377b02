package packhorse.peer.installer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import packhorse.core.trust.MetadataSource;

/**
 * The metadata that an agent keeps, as a repository that is not trusted: it has the newest file of each role only, and every root
 * since the one it began with. Which version a file holds is found out by whoever proves it.
 */
final class KeptMetadata implements MetadataSource {
    private static final Pattern ROOT = Pattern.compile("metadata/([1-9][0-9]{0,17}\\.root\\.json)");
    private static final Pattern NEWEST =
            Pattern.compile("metadata/(?:[0-9]{1,18}\\.)?(timestamp|snapshot|targets)\\.json");

    private final Path directory;

    /** @param directory of the agent's trusted metadata, see {@link packhorse.core.trust.TrustedStore} */
    KeptMetadata(Path directory) {
        this.directory = directory;
    }

    @Override
    public Optional<byte[]> fetch(String relativePath, long lengthMax) throws IOException {
        Matcher root = ROOT.matcher(relativePath);
        if (root.matches()) {
            return PlainFiles.read(directory.resolve(root.group(1)), lengthMax);
        }
        Matcher newest = NEWEST.matcher(relativePath);
        return newest.matches()
                ? PlainFiles.read(directory.resolve(newest.group(1) + ".json"), lengthMax)
                : Optional.empty();
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
