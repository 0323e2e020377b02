package packhorse.peer.channel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.InfoHash;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.ChannelRefusal.Reason;
import packhorse.peer.channel.Roster.Standing;

/**
 * Connections that libtorrent makes to aliases. Its handshake says which swarm it is for; the peer's real addresses are dialled in turn,
 * and whoever answers must prove to be exactly that peer. A peer outside the site that no direct way leads to is sought through
 * the proxy, where there is one.
 */
final class Calls {
    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

    /** A peer, and which link it is on. */
    record PeerLink(EndpointId peer, boolean wan) {}

    private final ChannelConfig config;
    private final Introduction introduction;
    private final Roster roster;
    private final Connections connections;
    private final Refusals refusals;
    private final Buffers buffers;

    Calls(
            ChannelConfig config,
            Introduction introduction,
            Roster roster,
            Connections connections,
            Refusals refusals,
            Buffers buffers) {
        this.config = config;
        this.introduction = introduction;
        this.roster = roster;
        this.connections = connections;
        this.refusals = refusals;
        this.buffers = buffers;
    }

    /** On the doors' thread: libtorrent connected to the alias of {@code link}. */
    void come(SocketChannel socket, PeerLink link) {
        InetAddress from = socket.socket().getInetAddress();
        if (from == null || !from.isLoopbackAddress() || connections.closed()) {
            Attempt.close(socket);
            return;
        }
        if (connections.full()) {
            Attempt.close(socket);
            refusals.add(
                    Reason.TOO_MANY,
                    Optional.of(link.peer()),
                    Optional.empty(),
                    "",
                    "no connection to " + link.peer() + ": " + config.connectionsMax() + " are open");
            return;
        }
        Attempt attempt = connections.begin(Optional.empty());
        attempt.peer(link.peer());
        attempt.hold(socket);
        connections.start(attempt, "channel-out-" + link.peer(), () -> call(socket, link, attempt));
    }

    private void call(SocketChannel engine, PeerLink link, Attempt attempt) {
        Intake fromEngine = new Intake(engine, buffers);
        Exception why;
        try {
            Introduction.tune(engine);
            InfoHash asked = peek(fromEngine)
                    .orElseThrow(() -> new RefusedException(
                            Reason.PROTOCOL,
                            "what connected to the alias of " + link.peer() + " does not speak BitTorrent"));
            Standing standing = roster.standing(link.peer(), asked);
            if (standing instanceof Standing.Named named && named.peer().wan() == link.wan()) {
                attempt.pack(Optional.of(named.pack()));
                connections.calling(attempt, new Relay.Purpose(named.pack(), link.peer(), false, link.wan()));
                dial(engine, fromEngine, named, asked, attempt);
                return;
            }
            throw new RefusedException(
                    standing instanceof Standing.Denied ? Reason.DENIED : Reason.NOT_NAMED,
                    "libtorrent wants to meet " + link.peer() + " in the swarm " + asked
                            + ", where the tracker does not name it to us");
        } catch (IOException e) {
            why = e;
        } catch (RuntimeException e) {
            LOG.error("a connection to {} failed", link.peer(), e);
            why = e;
        }
        connections.refuse(attempt, why);
        fromEngine.release();
    }

    /** Reads on until the whole handshake is there, and leaves it there. */
    private static Optional<InfoHash> peek(Intake fromEngine) throws IOException {
        int length = Greeting.BitTorrent.HANDSHAKE_LENGTH;
        while (fromEngine.unused().remaining() < length) {
            if (fromEngine.read(Buffers.BATCH) < 0) {
                throw new IOException("libtorrent hung up before its handshake");
            }
        }
        byte[] handshake = new byte[length];
        ByteBuffer unused = fromEngine.unused();
        unused.get(unused.position(), handshake);
        return Greeting.swarmOf(handshake);
    }

    private void dial(SocketChannel engine, Intake fromEngine, Standing.Named named, InfoHash asked, Attempt attempt)
            throws IOException {
        RemotePeer peer = named.peer();
        RefusedException last = new RefusedException(
                Reason.UNREACHABLE, "no address of " + peer.id() + " is known; it has to connect to us");
        for (PeerAddress address : peer.addresses()) {
            Optional<RefusedException> refused =
                    tryOnce(engine, fromEngine, named, asked, attempt, address, Optional.empty());
            boolean noWay =
                    refused.filter(e -> e.reason() == Reason.UNREACHABLE).isPresent();
            if (noWay && peer.wan() && config.proxy().isPresent()) {
                refused = tryOnce(engine, fromEngine, named, asked, attempt, address, config.proxy());
            }
            if (refused.isEmpty()) {
                return;
            }
            last = refused.get();
            if (attempt.late()) {
                break;
            }
        }
        throw last;
    }

    /** Returns empty after the connection has ended, and otherwise why there was none. */
    private Optional<RefusedException> tryOnce(
            SocketChannel engine,
            Intake fromEngine,
            Standing.Named named,
            InfoHash asked,
            Attempt attempt,
            PeerAddress address,
            Optional<HostPort> proxy)
            throws IOException {
        EndpointId peer = named.peer().id();
        attempt.where(address.toString());
        SocketChannel socket = attempt.hold(SocketChannel.open());
        TlsLine line = introduction.line(socket, true);
        RefusedException why;
        try {
            connect(socket, address, proxy);
            RemoteIdentity who = introduction.identify(line, address.toString());
            Line agreed = greet(line, who, named, asked, address);
            Relay.Purpose purpose =
                    new Relay.Purpose(named.pack(), peer, false, named.peer().wan());
            connections.carry(attempt, purpose, engine, fromEngine, agreed, address, who, named, new byte[0]);
            return Optional.empty();
        } catch (CrossedException e) {
            line.release();
            throw e;
        } catch (RefusedException e) {
            why = e;
        } catch (IdentityException e) {
            why = new RefusedException(Reason.FOREIGN, "at " + address + ": " + e.getMessage());
        } catch (SSLException e) {
            why = new RefusedException(
                    Reason.FOREIGN,
                    peer + " at " + address + " does not accept us: " + e.getMessage()
                            + "; packhorse doctor looks at our certificate and clock");
        } catch (IOException e) {
            why = new RefusedException(
                    Reason.UNREACHABLE, peer + " at " + address + " does not answer: " + e.getMessage());
        }
        attempt.drop(socket);
        line.release();
        return Optional.of(why);
    }

    private void connect(SocketChannel socket, PeerAddress address, Optional<HostPort> proxy) throws IOException {
        Introduction.tune(socket);
        int patience = Math.toIntExact(config.dial().toMillis());
        if (proxy.isPresent()) {
            // Looked up anew each time: the machine may be in another network than at its start.
            InetSocketAddress at =
                    new InetSocketAddress(proxy.get().host(), proxy.get().port());
            if (at.isUnresolved()) {
                throw new IOException("the proxy " + proxy.get() + " is unknown here");
            }
            socket.socket().connect(at, patience);
            Tunnel.open(socket, proxy.get(), address);
            return;
        }
        InetSocketAddress target = Sockets.inet(address);
        for (InetSocketAddress own : config.listen()) {
            boolean sameFamily =
                    own.getAddress().getClass().equals(target.getAddress().getClass());
            if (sameFamily && !own.getAddress().isAnyLocalAddress()) {
                socket.bind(new InetSocketAddress(own.getAddress(), 0));
                break;
            }
        }
        socket.socket().connect(target, patience);
    }

    private static Line greet(
            TlsLine line, RemoteIdentity who, Standing.Named named, InfoHash asked, PeerAddress address)
            throws IOException {
        RemotePeer peer = named.peer();
        Introduction.carriesContent(who, address.toString());
        if (!who.id().equals(peer.id())) {
            throw new RefusedException(
                    Reason.WRONG_IDENTITY,
                    "at " + address + " answers " + who + " and not " + peer.id() + ", which the tracker named there");
        }
        line.send(new Greeting.Ask(Greeting.VERSION, peer.mayBePlain(), asked).encode());
        Greeting.Answer answer = Greeting.readAnswer(line);
        String there = who + " at " + address;
        switch (answer.verdict()) {
            case WELCOME -> LOG.trace("{} lets us in", there);
            case NOT_NAMED ->
                throw new RefusedException(
                        Reason.NOT_NAMED_THERE, there + " does not know yet that we belong to " + named.pack());
            case DENIED -> throw new RefusedException(Reason.DENIED, there + " has this machine on its deny-list");
            case CONNECTED -> throw new CrossedException(there + " is connected to us already");
            case ENGINE_AWAY, OTHER ->
                throw new RefusedException(Reason.UNREACHABLE, there + " cannot take us now: " + answer.verdict());
        }
        if (answer.plain() && !peer.mayBePlain()) {
            throw new RefusedException(Reason.PROTOCOL, there + " wants to go on unencrypted, which nobody offered");
        }
        return answer.plain() ? line.continuePlain() : line;
    }
}
