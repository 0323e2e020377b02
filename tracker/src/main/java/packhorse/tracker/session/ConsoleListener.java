package packhorse.tracker.session;

import java.util.Optional;
import java.util.function.Consumer;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.v1.Envelope;
import packhorse.core.topology.SiteMap;
import packhorse.core.wire.WireSession;

/** What takes the sessions of consoles. Methods are called by threads that read and must not block. */
public interface ConsoleListener {
    /** Why this console is turned away, in one line; empty lets it in. */
    Optional<String> refuse(RemoteIdentity remote);

    /** A session is open. */
    void opened(WireSession session);

    /** A message. False when there is no room for it now: it is given again until there is. */
    boolean received(WireSession session, Envelope message);

    /** An open session is over; nothing of it comes after. Said twice where it ends as it begins. */
    void closed(WireSession session);

    /** The site map that a console said; it counts before the tracker's own file. */
    default Optional<SiteMap> sites() {
        return Optional.empty();
    }

    /** Has {@code listener} told of each site map that a console says from now on. */
    default void onSites(Consumer<SiteMap> listener) {
        // Nobody says one.
    }

    /** Of a tracker that its own files govern: no console is let in. */
    ConsoleListener NONE = new ConsoleListener() {
        @Override
        public Optional<String> refuse(RemoteIdentity remote) {
            return Optional.of(
                    "this tracker is governed by files of its own and needs no console; to give it to one, set"
                            + " console: true in its configuration, without desired:");
        }

        @Override
        public void opened(WireSession session) {
            session.close("this tracker needs no console", false);
        }

        @Override
        public boolean received(WireSession session, Envelope message) {
            return true;
        }

        @Override
        public void closed(WireSession session) {
            // Nobody is interested.
        }
    };
}
