package packhorse.peer.installer;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import packhorse.peer.installer.engine.InstallerSettings;

/**
 * How the installer's process is started and watched.
 *
 * @param settings what it is told at its start
 * @param trustedRoot root metadata of the deployment, for an installer that trusts none yet
 * @param classPath what it is made of; empty: what of this program's own class path it needs
 * @param heapBytes of its Java heap; everything large streams through it
 * @param ask how often it is asked for a sign of life, by a thread that does nothing else
 * @param silence how long it may take to answer; then it is taken for hung and killed
 */
public record InstallerProcessConfig(
        InstallerSettings settings,
        ByteString trustedRoot,
        List<Path> classPath,
        long heapBytes,
        Duration ask,
        Duration silence) {
    /** Lists of a hundred thousand files, several at a time. */
    public static final long HEAP_BYTES = 128L << 20;

    public static final Duration ASK = Duration.ofSeconds(1);
    /** Answering needs no disk; with the pauses around it, ten seconds to the next one are kept. */
    public static final Duration SILENCE = Duration.ofSeconds(5);

    public InstallerProcessConfig {
        classPath = List.copyOf(classPath);
        if (ask.isNegative() || ask.isZero() || silence.compareTo(ask) < 0) {
            throw new IllegalArgumentException("asked every " + ask + ", silent for " + silence);
        }
    }

    public static InstallerProcessConfig of(InstallerSettings settings, byte[] trustedRoot) {
        return new InstallerProcessConfig(
                settings, ByteString.copyFrom(trustedRoot), List.of(), HEAP_BYTES, ASK, SILENCE);
    }

    InstallerProcessConfig withClassPath(List<Path> places) {
        return new InstallerProcessConfig(settings, trustedRoot, places, heapBytes, ask, silence);
    }
}
