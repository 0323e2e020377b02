package packhorse.peer.channel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Sha256;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.ChannelRefusal.Reason;
import packhorse.peer.channel.Greeting.Verdict;
import packhorse.peer.channel.Roster.Standing;

/**
 * Other agents that connect to this one. Whoever comes proves who it is, asks for a swarm in which the tracker must have named it, and
 * begins a BitTorrent connection for that swarm; only then is libtorrent connected to, from the visitor's alias.
 */
final class Visitors {
    private static final Logger LOG = LoggerFactory.getLogger(Visitors.class);

    private final ChannelConfig config;
    private final Introduction introduction;
    private final Roster roster;
    private final Aliases aliases;
    private final Connections connections;
    private final Refusals refusals;
    private final Buffers buffers;
    private final AtomicReference<@Nullable PeerAddress> engine = new AtomicReference<>();

    Visitors(
            ChannelConfig config,
            Introduction introduction,
            Roster roster,
            Aliases aliases,
            Connections connections,
            Refusals refusals,
            Buffers buffers) {
        this.config = config;
        this.introduction = introduction;
        this.roster = roster;
        this.aliases = aliases;
        this.connections = connections;
        this.refusals = refusals;
        this.buffers = buffers;
    }

    void engineAt(PeerAddress loopback) {
        engine.set(loopback);
    }

    /** On the doors' thread. */
    void come(SocketChannel socket) {
        InetSocketAddress from = (InetSocketAddress) socket.socket().getRemoteSocketAddress();
        if (from == null || connections.closed()) {
            Attempt.close(socket);
            return;
        }
        String where = Sockets.text(from);
        int strangers = connections.strangers();
        int same = connections.strangers(from.getAddress());
        if (strangers >= config.strangersMax() || same >= config.strangersPerAddressMax() || connections.full()) {
            Attempt.close(socket);
            refusals.add(
                    Reason.TOO_MANY,
                    Optional.empty(),
                    Optional.empty(),
                    where,
                    "a connection from " + where + " is one too many: " + strangers + " strangers are here, " + same
                            + " of them from that address, and " + connections.working() + " peers");
            return;
        }
        Attempt attempt = connections.begin(Optional.of(from.getAddress()));
        attempt.hold(socket);
        attempt.where(where);
        connections.start(attempt, "channel-in-" + where, () -> admit(socket, from, attempt));
    }

    private void admit(SocketChannel socket, InetSocketAddress from, Attempt attempt) {
        TlsLine line = introduction.line(socket, false);
        Exception why;
        try {
            Introduction.tune(socket);
            RemoteIdentity who = introduction.identify(line, attempt.where());
            attempt.peer(who.id());
            Introduction.carriesContent(who, attempt.where());
            serve(line, Sockets.address(from), who, attempt);
            return;
        } catch (IOException | IdentityException e) {
            why = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            why = e;
        } catch (RuntimeException e) {
            LOG.error("a connection from {} failed", attempt.where(), e);
            why = e;
        }
        connections.refuse(attempt, why);
        line.release();
    }

    /** From the greeting on. */
    private void serve(TlsLine line, PeerAddress from, RemoteIdentity who, Attempt attempt)
            throws IOException, InterruptedException {
        String visitor = who + " at " + attempt.where();
        Greeting.Ask ask = Greeting.readAsk(line);
        Standing.Named named = named(line, who, ask, attempt, visitor);
        PeerAddress libtorrent = engine.get();
        if (libtorrent == null) {
            answer(line, Verdict.ENGINE_AWAY);
            throw new RefusedException(
                    Reason.ENGINE_AWAY, "our libtorrent does not listen yet; " + visitor + " is to come again");
        }
        Relay.Purpose purpose =
                new Relay.Purpose(named.pack(), who.id(), true, named.peer().wan());
        if (!connections.makeWay(purpose)) {
            answer(line, Verdict.CONNECTED);
            throw new CrossedException(visitor + " is connected already");
        }
        boolean plain = ask.plain() && named.peer().mayBePlain();
        // Until libtorrent has it, an end is a reset, which nobody takes for an orderly one.
        Sockets.resetOnClose(line.socket(), true);
        line.send(new Greeting.Answer(Greeting.VERSION, plain, Verdict.WELCOME).encode());
        Line agreed = plain ? line.continuePlain() : line;
        byte[] first = Greeting.readFully(agreed, Greeting.BitTorrent.HANDSHAKE_LENGTH);
        InfoHash asked = Greeting.swarmOf(first)
                .orElseThrow(() -> new RefusedException(Reason.PROTOCOL, visitor + " does not speak BitTorrent"));
        if (!roster.same(asked, ask.swarm())) {
            throw new RefusedException(Reason.PROTOCOL, visitor + " asked for one swarm and then for another");
        }
        SocketChannel toEngine = attempt.hold(
                connect(libtorrent, aliases.of(who.id(), named.peer().wan())));
        Intake fromEngine = new Intake(toEngine, buffers);
        Sockets.resetOnClose(line.socket(), false);
        connections.carry(attempt, purpose, toEngine, fromEngine, agreed, from, who, named, first);
    }

    private Standing.Named named(TlsLine line, RemoteIdentity who, Greeting.Ask ask, Attempt attempt, String visitor)
            throws IOException, InterruptedException {
        return switch (roster.await(who.id(), ask.swarm(), config.naming().toNanos())) {
            case Standing.Named named -> {
                attempt.pack(Optional.of(named.pack()));
                yield named;
            }
            case Standing.Denied(Optional<Sha256> pack) -> {
                attempt.pack(pack);
                answer(line, Verdict.DENIED);
                throw new RefusedException(Reason.DENIED, visitor + " is on the deny-list");
            }
            case Standing.Stranger(Optional<Sha256> pack) -> {
                attempt.pack(pack);
                answer(line, Verdict.NOT_NAMED);
                String swarm = pack.map(id -> "the pack " + id).orElse("a swarm that is not here, " + ask.swarm());
                throw new RefusedException(
                        Reason.NOT_NAMED,
                        visitor + " asked for " + swarm + ", where the tracker does not name it to us");
            }
        };
    }

    private static void answer(TlsLine line, Verdict verdict) throws IOException {
        line.send(new Greeting.Answer(Greeting.VERSION, false, verdict).encode());
        line.finish();
    }

    private static SocketChannel connect(PeerAddress libtorrent, IpAddress alias) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            socket.bind(new InetSocketAddress(Sockets.inet(alias), 0));
            socket.connect(Sockets.inet(libtorrent));
            Introduction.tune(socket);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw new RefusedException(
                    Reason.ENGINE_AWAY, "our libtorrent does not answer at " + libtorrent + ": " + e.getMessage());
        }
    }
}
