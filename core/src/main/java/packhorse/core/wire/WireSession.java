package packhorse.core.wire;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.v1.Envelope;

/** An open session with another machine of the deployment, from Welcome to its end. Any thread may use it; nothing blocks. */
public interface WireSession {
    /** Who the other end is, by its certificate. */
    RemoteIdentity peer();

    /** Where it comes from; behind address translation or a proxy not its own address. */
    InetSocketAddress remote();

    /** The schema's version that both ends speak. */
    int version();

    /** Features that both ends know. */
    Set<String> features();

    /**
     * Queues a message. False when it was not taken: the session is over, or the other end does not read fast enough and as
     * much waits for it as may. What to do then is the caller's: say it later, or close.
     */
    boolean send(Envelope envelope);

    /** How long nothing was heard of the other end. */
    Duration silence();

    /** Asks whether the other end is there; the answer shows in {@link #silence()}. */
    void probe();

    /**
     * Ends the session and tells the other end why.
     *
     * @param reason one line
     * @param retry false when coming back changes nothing until somebody mends what the reason names
     */
    void close(String reason, boolean retry);
}
