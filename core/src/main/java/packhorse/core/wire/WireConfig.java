package packhorse.core.wire;

import java.time.Duration;

/**
 * Bounds of a server's sessions.
 *
 * @param name of the server, for people
 * @param handshakeMax from the connection to Welcome; TLS itself has no such timer
 * @param heartbeat who heard nothing for this long asks; who heard nothing for {@value WireConfig#SILENT_HEARTBEATS} of them ends
 *     the session
 * @param connectionsMax at once, open sessions and half-open ones; each is a descriptor
 * @param connectionsPerAddressMax of one address: an office may sit behind one
 * @param handshakesMax connections before their Welcome at once; each costs milliseconds of a processor, so a storm of
 *     reconnecting agents is cut off early and comes back spread out
 * @param handshakesPerAddressMax the same for one address
 * @param queueBytesMax answers that wait for one session to read them
 * @param writeStallMax a session that takes nothing of what waits for it for this long is closed
 * @param framesPerSecond a session may send for good; {@value WireConfig#BYTES_PER_TOKEN} bytes count as one frame more
 * @param framesBurst and at once; beyond it is a flood and closed
 */
public record WireConfig(
        String name,
        Duration handshakeMax,
        Duration heartbeat,
        int connectionsMax,
        int connectionsPerAddressMax,
        int handshakesMax,
        int handshakesPerAddressMax,
        int queueBytesMax,
        Duration writeStallMax,
        int framesPerSecond,
        int framesBurst) {
    /** One ping may be lost to a sleeping machine, one late; the third means that nobody is there. */
    public static final int SILENT_HEARTBEATS = 3;

    /** A report of 10 000 packs is a mebibyte and is sent every 2 s while they move: it must not count as a flood. */
    static final int BYTES_PER_TOKEN = 4096;

    /** A Hello has a hundred bytes; nobody without a Welcome is given more room than this. */
    static final int GREETING_BYTES_MAX = 4096;

    /** How long one who is closed may still read the reason. */
    static final Duration FAREWELL_MAX = Duration.ofSeconds(1);

    public static final WireConfig DEFAULT = new WireConfig(
            "packhorse tracker",
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            19_600,
            5_000,
            512,
            128,
            8 << 20,
            Duration.ofSeconds(30),
            200,
            4_000);

    public WireConfig {
        if (heartbeat.compareTo(Duration.ofMillis(50)) < 0 || handshakeMax.isNegative() || handshakeMax.isZero()) {
            throw new IllegalArgumentException("heartbeat " + heartbeat + ", handshake " + handshakeMax);
        }
        if (connectionsMax < 1 || connectionsPerAddressMax < 1 || handshakesMax < 1 || handshakesPerAddressMax < 1) {
            throw new IllegalArgumentException("a server lets in one connection at least");
        }
        if (framesPerSecond < 1 || framesBurst < 1 || queueBytesMax < 1) {
            throw new IllegalArgumentException("a session may send and be sent something");
        }
    }

    public WireConfig named(String newName) {
        return new WireConfig(
                newName,
                handshakeMax,
                heartbeat,
                connectionsMax,
                connectionsPerAddressMax,
                handshakesMax,
                handshakesPerAddressMax,
                queueBytesMax,
                writeStallMax,
                framesPerSecond,
                framesBurst);
    }

    /** With other times. */
    public WireConfig timed(Duration newHandshakeMax, Duration newHeartbeat, Duration newWriteStallMax) {
        return new WireConfig(
                name,
                newHandshakeMax,
                newHeartbeat,
                connectionsMax,
                connectionsPerAddressMax,
                handshakesMax,
                handshakesPerAddressMax,
                queueBytesMax,
                newWriteStallMax,
                framesPerSecond,
                framesBurst);
    }

    /** With other numbers of connections. */
    public WireConfig admitting(int connections, int perAddress, int handshakes, int handshakesPerAddress) {
        return new WireConfig(
                name,
                handshakeMax,
                heartbeat,
                connections,
                perAddress,
                handshakes,
                handshakesPerAddress,
                queueBytesMax,
                writeStallMax,
                framesPerSecond,
                framesBurst);
    }

    /** With other bounds on what one session sends and is sent. */
    public WireConfig bounding(int newQueueBytesMax, int newFramesPerSecond, int newFramesBurst) {
        return new WireConfig(
                name,
                handshakeMax,
                heartbeat,
                connectionsMax,
                connectionsPerAddressMax,
                handshakesMax,
                handshakesPerAddressMax,
                newQueueBytesMax,
                writeStallMax,
                newFramesPerSecond,
                newFramesBurst);
    }
}
