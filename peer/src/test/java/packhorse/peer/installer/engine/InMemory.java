package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Directories in memory where there is enough of it: for worlds by the hundred, each with flushes by the hundred, whose power cuts are
 * modelled by the disk that they are given, not by the machine.
 */
public final class InMemory implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long BYTES_MIN = 256L << 20;

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        boolean roomy = Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= BYTES_MIN;
        return roomy ? Files.createTempDirectory(MEMORY, "packhorse") : Files.createTempDirectory("packhorse");
    }
}
