package packhorse.tracker.udp;

import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.core.session.IoSessionRecycler;
import org.jspecify.annotations.Nullable;

/**
 * Keeps MINA's sessions, one per remote address, of those heard last.
 *
 * <p>MINA makes a session for each remote address and knows two ways to be rid of it: {@code NOOP} never is (one session
 * stays for each packet), {@code ExpiringSessionRecycler} is after some time, so that a flood from invented addresses holds rate × time of them.
 * Here their number is bounded, whatever comes: the one unheard for longest is closed for a new one. MINA calls with its own lock held.
 */
final class LatestSessions implements IoSessionRecycler {
    /** About 20 MB of sessions. An answer is written within the turn its question was read in, so an old session is done. */
    static final int SESSIONS_MAX = 8_192;

    private final Map<SocketAddress, IoSession> sessions = new LinkedHashMap<>(16, 0.75f, true);

    @Override
    public synchronized void put(IoSession session) {
        IoSession before = sessions.put(session.getRemoteAddress(), session);
        if (before != null && !before.equals(session)) {
            before.closeNow();
        }
        if (sessions.size() > SESSIONS_MAX) {
            var eldest = sessions.entrySet().iterator();
            IoSession unheard = eldest.next().getValue();
            eldest.remove();
            unheard.closeNow();
        }
    }

    @Override
    public synchronized @Nullable IoSession recycle(SocketAddress remote, int localPort) {
        return sessions.get(remote);
    }

    @Override
    public synchronized void remove(IoSession session) {
        sessions.remove(session.getRemoteAddress(), session);
    }

    synchronized int size() {
        return sessions.size();
    }
}
