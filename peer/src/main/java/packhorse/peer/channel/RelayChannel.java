package packhorse.peer.channel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.Calls.PeerLink;

/**
 * The channel as a relay with mutual TLS 1.3.
 *
 * <pre>
 *  libtorrent ──► alias:port │ relay ══ TLS ══ relay │ from its alias ──► libtorrent
 *   (loopback)               └────── the network ────┘                    (loopback)
 *                     {@link Calls}               {@link Visitors}
 * </pre>
 *
 * <p>Outgoing: libtorrent connects to a peer's alias and sends its handshake; the info-hash in it says which swarm it is for. The
 * relay dials the peer's real addresses, and whoever answers must prove to be exactly that endpoint. Incoming: whoever comes
 * proves who it is and asks for a swarm; it must be named there, and the BitTorrent handshake that follows must be for that
 * swarm. Only then is libtorrent connected to, from the peer's alias. Why all this: docs/decisions/0012-peer-channel.md; the
 * bytes: docs/protocols/channel.md.
 *
 * <p>Every connection has two platform threads in blocking calls; one more thread watches all doors and deadlines. The deny-list is
 * asked after every handshake and again whenever it changes.
 */
public final class RelayChannel implements PeerChannel {
    private static final Logger LOG = LoggerFactory.getLogger(RelayChannel.class);

    private final EndpointId self;
    private final Buffers buffers = new Buffers();
    private final Aliases aliases = new Aliases();
    private final Roster roster;
    private final Refusals refusals;
    private final Connections connections;
    private final Visitors visitors;
    private final Calls calls;
    private final Doors doors;
    private final List<PeerAddress> listening;

    /** A door for libtorrent, at an alias. */
    private record AliasDoor(ServerSocketChannel door, PeerAddress at) {}

    /** Guarded by itself. */
    private final Map<PeerLink, AliasDoor> aliasDoors = new HashMap<>();

    /**
     * Opens a channel; it admits nobody until swarms are named.
     *
     * @throws OperationException when it cannot listen, with one line why
     */
    public static RelayChannel open(
            ChannelConfig config, MachineIdentity identity, InstantSource clock, LongSupplier nanoTime) {
        RelayChannel channel = new RelayChannel(config, identity, clock, nanoTime);
        channel.doors.start();
        return channel;
    }

    private RelayChannel(ChannelConfig config, MachineIdentity identity, InstantSource clock, LongSupplier nanoTime) {
        this.self = identity.id();
        this.roster = new Roster(nanoTime);
        this.refusals = new Refusals(clock);
        this.connections = new Connections(identity.id(), config, roster, refusals, clock, nanoTime);
        Introduction introduction = new Introduction(identity, clock, buffers);
        this.visitors = new Visitors(config, introduction, roster, aliases, connections, refusals, buffers);
        this.calls = new Calls(config, introduction, roster, connections, refusals, buffers);
        this.doors = new Doors(connections::look);
        this.listening = listen(config, doors, visitors);
    }

    private static List<PeerAddress> listen(ChannelConfig config, Doors doors, Visitors visitors) {
        List<PeerAddress> open = new ArrayList<>();
        for (InetSocketAddress at : config.listen()) {
            try {
                open.add(address(doors.open(at, visitors::come)));
            } catch (IOException e) {
                doors.close();
                throw new OperationException(
                        "cannot listen on " + at.getAddress().getHostAddress() + ":" + at.getPort() + " for other"
                                + " agents: " + e.getMessage() + "; free the port or choose another address",
                        e);
            }
        }
        return List.copyOf(open);
    }

    private static PeerAddress address(ServerSocketChannel door) throws IOException {
        return Sockets.address((InetSocketAddress) door.getLocalAddress());
    }

    @Override
    public List<PeerAddress> listening() {
        return listening;
    }

    @Override
    public void engineAt(PeerAddress loopback) {
        visitors.engineAt(loopback);
    }

    @Override
    public LocalPeers swarm(SwarmAdmission admission) {
        roster.put(admission);
        List<PeerAddress> connect = openAliasDoors(admission);
        connections.enforce();
        closeAliasDoors();
        return new LocalPeers(
                connect,
                admission.named().values().stream()
                        .map(peer -> aliases.of(peer.id(), peer.wan()))
                        .sorted()
                        .toList());
    }

    private List<PeerAddress> openAliasDoors(SwarmAdmission admission) {
        List<PeerAddress> connect = new ArrayList<>();
        synchronized (aliasDoors) {
            for (RemotePeer peer : admission.connect()) {
                PeerLink link = new PeerLink(peer.id(), peer.wan());
                if (!connections.closed() && !peer.id().equals(self)) {
                    try {
                        connect.add(aliasDoors
                                .computeIfAbsent(link, this::openAliasDoor)
                                .at());
                    } catch (OperationException e) {
                        // No descriptors left, say: the others are met all the same, and this one may still come to us.
                        LOG.error("{}", e.getMessage());
                    }
                }
            }
        }
        return connect;
    }

    private AliasDoor openAliasDoor(PeerLink link) {
        IpAddress alias = aliases.of(link.peer(), link.wan());
        try {
            ServerSocketChannel door =
                    doors.open(new InetSocketAddress(Sockets.inet(alias), 0), socket -> calls.come(socket, link));
            return new AliasDoor(door, address(door));
        } catch (IOException e) {
            throw new OperationException(
                    "cannot listen on the loopback address " + alias + " for " + link.peer() + ": " + e.getMessage()
                            + "; the whole of 127.0.0.0/8 must be this machine's",
                    e);
        }
    }

    /** Nobody needs the door of a peer that no swarm would connect to. */
    private void closeAliasDoors() {
        Map<Boolean, Set<EndpointId>> needed = roster.connectable();
        synchronized (aliasDoors) {
            aliasDoors.entrySet().removeIf(entry -> {
                PeerLink link = entry.getKey();
                boolean over = connections.closed()
                        || !needed.getOrDefault(link.wan(), Set.of()).contains(link.peer());
                if (over) {
                    doors.close(entry.getValue().door());
                }
                return over;
            });
        }
    }

    @Override
    public void leave(Sha256 pack) {
        roster.remove(pack);
        connections.enforce();
        closeAliasDoors();
    }

    @Override
    public void denied(Set<EndpointId> denied) {
        roster.deny(denied);
        connections.enforce();
    }

    @Override
    public void rates(ChannelRates rates) {
        connections.rates(rates);
    }

    @Override
    public Optional<EndpointId> remote(IpAddress alias) {
        return aliases.remote(alias);
    }

    @Override
    public Map<Sha256, Map<EndpointId, ChannelCount>> counts() {
        return connections.counts();
    }

    @Override
    public List<ChannelRefusal> refusals() {
        return refusals.list();
    }

    /** Direct buffers there are, held or free; for tests of memory. */
    int buffersMade() {
        return buffers.made();
    }

    /** Connections at work; for tests. */
    int connections() {
        return connections.working();
    }

    /** Connections that came and are not let in yet; for tests. */
    int strangers() {
        return connections.strangers();
    }

    @Override
    public void close() {
        connections.close();
        doors.close();
        closeAliasDoors();
    }
}
