package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import packhorse.core.durable.Durably;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.OwnRecord;

/** Small files that decide what is done later: written in one step, brought to the disk, and read back at once. */
final class KeptRecord {
    private KeptRecord() {}

    /** What stands in one, word for word; empty where there is none. */
    static Optional<String> text(Path file) throws IOException {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    ? Optional.of(Files.readString(file))
                    : Optional.empty();
        } catch (CharacterCodingException e) {
            throw OwnRecord.damaged(file, OwnRecord.Use.PLACED, e);
        }
    }

    /** @throws IOException where the disk gives back something else; then nothing is there */
    static void write(InstallDisk disk, Path file, byte[] bytes, int mode) throws IOException {
        disk.replace(file, bytes, mode);
        if (!Arrays.equals(Files.readAllBytes(file), bytes)) {
            disk.delete(file);
            disk.force(Durably.directoryOf(file));
            throw new IOException("the disk gives back something else than was written into " + file);
        }
    }
}
