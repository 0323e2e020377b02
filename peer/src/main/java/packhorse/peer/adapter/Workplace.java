package packhorse.peer.adapter;

import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.LongConsumer;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;

/**
 * What a step is given to work with: the release, three places of its own, and the tools.
 *
 * @param content the verified pack as one file, hashed again while it was read into here; absent where the operation needs none
 * @param fileList the manifest's verified file list, beside the content
 * @param staging a directory of this member's own, for prepare; survives a restart, freed when the transaction ends
 * @param undo a directory of this member's own, for capture; kept until commit
 * @param home a directory of this release line's own, kept as long as it is in place (what verify and a later removal need)
 * @param previous what is in place of this line now and is being replaced; absent on a first installation
 * @param root the machine's root directory, {@code /} outside tests; every absolute path of settings is below it
 * @param progress told the bytes done so far in this step
 */
public record Workplace(
        Manifest manifest,
        InstallSection section,
        Optional<Path> content,
        Optional<Path> fileList,
        Path staging,
        Path undo,
        Path home,
        Optional<Previous> previous,
        Path root,
        InstallDisk disk,
        Programs programs,
        SortedMap<String, String> variables,
        LongConsumer progress) {
    /**
     * The version in place before.
     *
     * @param home its {@link Workplace#home}
     * @param content its pinned content, where it is at hand
     */
    public record Previous(Manifest manifest, InstallSection section, Path home, Optional<Path> content) {}

    /** Where an absolute path of the settings is on this machine. */
    public Path at(String absolute) {
        Path path = Path.of(absolute).normalize();
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException(absolute + " is not absolute");
        }
        return root.resolve(path.getRoot().relativize(path));
    }
}
