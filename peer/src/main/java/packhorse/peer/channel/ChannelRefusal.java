package packhorse.peer.channel;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;

/**
 * Connections that came to nothing for one reason, counted.
 *
 * @param reason why
 * @param peer whom the certificate named, where it came to that; for our own attempts whom we looked for
 * @param pack the swarm asked for, where it came to that
 * @param where the other end's address
 * @param line what, where and how to mend it
 * @param times how often
 * @param last the last time
 */
public record ChannelRefusal(
        Reason reason,
        Optional<EndpointId> peer,
        Optional<Sha256> pack,
        String where,
        String line,
        long times,
        Instant last) {
    /** Why a connection came to nothing. */
    public enum Reason {
        /** No swarm names this peer here, or not the swarm it asked for. */
        NOT_NAMED,
        /** The other end does not name us in the swarm. */
        NOT_NAMED_THERE,
        /** Somebody else than the tracker named answers at that address, or in a role that carries no content. */
        WRONG_IDENTITY,
        /** The deny-list names it. */
        DENIED,
        /** No certificate, an expired one, or one of another deployment; or no TLS at all. */
        FOREIGN,
        /** It did not speak the channel's protocol, or asked for one swarm and then for another. */
        PROTOCOL,
        /** It connected and then said too little for too long. */
        TIMEOUT,
        /** Nobody answers at its addresses. */
        UNREACHABLE,
        /** Too many connections are open. */
        TOO_MANY,
        /** Our own libtorrent does not listen now. */
        ENGINE_AWAY
    }
}
