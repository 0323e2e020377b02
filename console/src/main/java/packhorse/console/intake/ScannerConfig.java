package packhorse.console.intake;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import packhorse.core.UsageException;
import packhorse.core.config.YamlMap;
import packhorse.core.topology.HostPort;
import packhorse.core.unit.ByteCount;

/**
 * Where the virus scanner is and what is asked of it.
 *
 * @param where ClamAV's daemon; Debian's listens on a socket
 * @param connectTimeout until it has taken the connection
 * @param answerTimeout until it has said what it found in one file; large archives take minutes
 * @param fileBytesMax what the daemon looks at of one file. Its own defaults are the same ({@code MaxFileSize}, {@code StreamMaxLength}): of
 *     a larger one it may look at the beginning and call it clean, so a larger one is not sent and is said to be not scanned
 * @param signaturesAgeMax older signatures know too little: what they find nothing in is said to be not scanned
 */
public record ScannerConfig(
        Where where,
        Duration connectTimeout,
        Duration answerTimeout,
        ByteCount fileBytesMax,
        Duration signaturesAgeMax) {
    /** Where Debian's daemon listens. */
    public static final Where DEBIAN = new Where.Local(Path.of("/run/clamav/clamd.ctl"));

    /** The daemon's usual port. */
    public static final int PORT = 3310;

    /** A daemon's address. */
    public sealed interface Where {
        /** {@code HOST:PORT}: text goes there as it is, so only on this machine or a network of one's own. */
        record Tcp(HostPort at) implements Where {
            @Override
            public SocketAddress address() {
                return new InetSocketAddress(at.host(), at.port());
            }

            @Override
            public String toString() {
                return at.toString();
            }
        }

        /** A socket in the file system. */
        record Local(Path socket) implements Where {
            @Override
            public SocketAddress address() {
                return UnixDomainSocketAddress.of(socket);
            }

            @Override
            public String toString() {
                return socket.toString();
            }
        }

        /** What to connect to; a name is looked up each time. */
        SocketAddress address();

        /**
         * Reads {@code 127.0.0.1:3310} or an absolute path.
         *
         * @throws IllegalArgumentException when it is neither
         */
        static Where parse(String text) {
            try {
                return text.startsWith("/") ? new Local(Path.of(text)) : new Tcp(HostPort.parse(text, PORT));
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("\"" + text + "\" is no path", e);
            }
        }
    }

    public ScannerConfig {
        if (connectTimeout.isNegative()
                || connectTimeout.isZero()
                || answerTimeout.isNegative()
                || answerTimeout.isZero()) {
            throw new UsageException("the scanner's timeouts are " + connectTimeout + " and " + answerTimeout
                    + "; write more than nothing");
        }
        if (fileBytesMax.bytes() < 1) {
            throw new UsageException("the scanner is to look at no byte of a file; write at least 1 B");
        }
    }

    /** With what is usual. */
    public static ScannerConfig at(Where where) {
        return new ScannerConfig(
                where, Duration.ofSeconds(5), Duration.ofMinutes(5), new ByteCount(100L << 20), Duration.ofDays(7));
    }

    /**
     * Reads {@code address}, {@code connectTimeout}, {@code answerTimeout}, {@code fileBytesMax} and {@code signaturesAgeMax}; all may be left out.
     *
     * @throws UsageException with the place
     */
    public static ScannerConfig read(YamlMap map) {
        ScannerConfig usual = at(map.optional("address", Where::parse).orElse(DEBIAN));
        ScannerConfig config = new ScannerConfig(
                usual.where(),
                map.optionalDuration("connectTimeout").orElse(usual.connectTimeout()),
                map.optionalDuration("answerTimeout").orElse(usual.answerTimeout()),
                map.optionalByteCount("fileBytesMax").orElse(usual.fileBytesMax()),
                map.optionalDuration("signaturesAgeMax").orElse(usual.signaturesAgeMax()));
        map.finish();
        return config;
    }
}
