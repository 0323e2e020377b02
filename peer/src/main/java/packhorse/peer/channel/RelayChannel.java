package packhorse.peer.channel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.identity.TlsProfile;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.ChannelRefusal.Reason;
import packhorse.peer.channel.Greeting.Verdict;
import packhorse.peer.channel.Roster.Standing;

/**
 * The channel as a relay with mutual TLS 1.3.
 *
 * <pre>
 *  libtorrent ──► alias:port │ relay ══ TLS ══ relay │ from its alias ──► libtorrent
 *   (loopback)               └────── the network ────┘                    (loopback)
 * </pre>
 *
 * <p>Outgoing: libtorrent connects to a peer's alias and sends its handshake; the info-hash in it says which swarm it is for. The
 * relay dials the peer's real addresses, and whoever answers must prove to be exactly that endpoint. Incoming: whoever comes
 * proves who it is and asks for a swarm; it must be named there, and the BitTorrent handshake that follows must be for that
 * swarm. Only then is libtorrent connected to, from the peer's alias. Why all this: docs/decisions/0012-peer-channel.md; the
 * bytes: docs/protocols/channel.md.
 *
 * <p>Every connection has two platform threads in blocking calls; one more thread watches all doors and deadlines. The deny-list is
 * asked after every handshake, of resumed sessions too, and again whenever it changes.
 */
public final class RelayChannel implements PeerChannel {
    private static final Logger LOG = LoggerFactory.getLogger(RelayChannel.class);

    private final ChannelConfig config;
    private final MachineIdentity identity;
    private final SSLContext tls;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Buffers buffers = new Buffers();
    private final Aliases aliases = new Aliases();
    private final Tallies tallies = new Tallies();
    private final Roster roster;
    private final Refusals refusals;
    private final Shaper up;
    private final Shaper down;
    private final Doors doors;
    private final List<PeerAddress> listening;
    private final Executor errands =
            task -> Thread.ofVirtual().name("channel-errand").start(task);

    private final Set<Attempt> attempts = ConcurrentHashMap.newKeySet();
    private final Set<Relay> relays = ConcurrentHashMap.newKeySet();
    /** The newest connection of each kind; an older one to the same end is dead and does not know it yet. */
    private final Map<Relay.Purpose, Relay> newest = new ConcurrentHashMap<>();

    /** A door for libtorrent, at an alias. */
    private record AliasDoor(ServerSocketChannel door, PeerAddress at) {}

    private record PeerLink(EndpointId peer, boolean wan) {}

    /** Guarded by itself. */
    private final Map<PeerLink, AliasDoor> aliasDoors = new HashMap<>();

    private volatile @Nullable PeerAddress engine;
    private volatile boolean closed;

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
        this.config = config;
        this.identity = identity;
        this.tls = identity.context();
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.roster = new Roster(nanoTime);
        this.refusals = new Refusals(clock);
        this.up = new Shaper(nanoTime);
        this.down = new Shaper(nanoTime);
        this.doors = new Doors(this::look);
        List<PeerAddress> open = new ArrayList<>();
        for (InetSocketAddress at : config.listen()) {
            try {
                ServerSocketChannel door = doors.open(at, this::comes);
                open.add(address(door.getLocalAddress()));
            } catch (IOException e) {
                doors.close();
                throw new OperationException(
                        "cannot listen on " + at.getAddress().getHostAddress() + ":" + at.getPort() + " for other"
                                + " agents: " + e.getMessage() + "; free the port or choose another address",
                        e);
            }
        }
        this.listening = List.copyOf(open);
    }

    private static PeerAddress address(SocketAddress at) {
        InetSocketAddress inet = (InetSocketAddress) at;
        return new PeerAddress(IpAddress.ofBytes(inet.getAddress().getAddress()), inet.getPort());
    }

    private static InetSocketAddress inet(PeerAddress at) {
        return new InetSocketAddress(inet(at.ip()), at.port());
    }

    private static InetAddress inet(IpAddress ip) {
        try {
            return InetAddress.getByAddress(ip.bytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address: " + ip, e);
        }
    }

    @Override
    public List<PeerAddress> listening() {
        return listening;
    }

    @Override
    public void engineAt(PeerAddress loopback) {
        engine = loopback;
    }

    @Override
    public LocalPeers swarm(SwarmAdmission admission) {
        roster.put(admission);
        openAliasDoors(admission);
        enforce();
        closeAliasDoors();
        List<PeerAddress> connect = new ArrayList<>();
        synchronized (aliasDoors) {
            for (RemotePeer peer : admission.connect()) {
                AliasDoor door = aliasDoors.get(new PeerLink(peer.id(), peer.wan()));
                if (door != null) {
                    connect.add(door.at());
                }
            }
        }
        return new LocalPeers(
                connect,
                admission.named().values().stream()
                        .map(peer -> aliases.of(peer.id(), peer.wan()))
                        .sorted()
                        .toList());
    }

    private void openAliasDoors(SwarmAdmission admission) {
        synchronized (aliasDoors) {
            for (RemotePeer peer : admission.connect()) {
                PeerLink link = new PeerLink(peer.id(), peer.wan());
                if (closed || peer.id().equals(identity.id()) || aliasDoors.containsKey(link)) {
                    continue;
                }
                IpAddress alias = aliases.of(peer.id(), peer.wan());
                try {
                    ServerSocketChannel door =
                            doors.open(new InetSocketAddress(inet(alias), 0), socket -> calls(socket, link));
                    aliasDoors.put(link, new AliasDoor(door, address(door.getLocalAddress())));
                } catch (IOException e) {
                    throw new OperationException(
                            "cannot listen on the loopback address " + alias + " for " + peer.id() + ": "
                                    + e.getMessage() + "; the whole of 127.0.0.0/8 must be this machine's",
                            e);
                }
            }
        }
    }

    /** Nobody needs the door of a peer that no swarm would connect to. */
    private void closeAliasDoors() {
        Map<Boolean, Set<EndpointId>> needed = roster.connectable();
        synchronized (aliasDoors) {
            aliasDoors.entrySet().removeIf(entry -> {
                PeerLink link = entry.getKey();
                boolean over =
                        closed || !needed.getOrDefault(link.wan(), Set.of()).contains(link.peer());
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
        enforce();
        closeAliasDoors();
    }

    @Override
    public void denied(Set<EndpointId> denied) {
        roster.deny(denied);
        for (Attempt attempt : attempts) {
            if (attempt.peer().filter(denied::contains).isPresent()) {
                attempt.cut();
            }
        }
        enforce();
    }

    /** Ends what the roster no longer covers. */
    private void enforce() {
        relays.forEach(this::enforce);
    }

    private void enforce(Relay relay) {
        Relay.Purpose purpose = relay.purpose();
        switch (roster.standing(purpose.peer(), purpose.pack())) {
            case Standing.Denied denied -> {
                LOG.info("{} is on the deny-list: its connection is cut", purpose.peer());
                relay.cut();
            }
            case Standing.Stranger stranger -> relay.end();
            case Standing.Named named -> {
                if (named.peer().wan() == purpose.wan()) {
                    relay.priority(named.priority());
                } else {
                    relay.end();
                }
            }
        }
    }

    @Override
    public void rates(ChannelRates rates) {
        up.rate(rates.wanUp());
        down.rate(rates.wanDown());
    }

    @Override
    public Optional<EndpointId> remote(IpAddress alias) {
        return aliases.remote(alias);
    }

    @Override
    public Map<Sha256, Map<EndpointId, ChannelCount>> counts() {
        return tallies.counts();
    }

    @Override
    public List<ChannelRefusal> refusals() {
        return refusals.list();
    }

    /** Direct buffers there are, held or free; for tests of memory. */
    int buffersMade() {
        return buffers.made();
    }

    int connections() {
        return relays.size();
    }

    /** Connections that came and are not let in yet. */
    int strangers() {
        return Math.toIntExact(attempts.stream()
                .filter(attempt -> attempt.stranger.isPresent())
                .count());
    }

    private void look() {
        long now = nanoTime.getAsLong();
        attempts.forEach(attempt -> attempt.look(now));
        java.time.Instant time = clock.instant();
        relays.forEach(relay -> relay.look(now, time));
    }

    // ---- Incoming ----

    /** On the doors' thread. */
    private void comes(SocketChannel socket) {
        InetSocketAddress from = (InetSocketAddress) socket.socket().getRemoteSocketAddress();
        if (from == null) {
            Relay.close(socket);
            return;
        }
        long strangers = attempts.stream()
                .filter(attempt -> attempt.stranger.isPresent())
                .count();
        long same = attempts.stream()
                .filter(attempt ->
                        attempt.stranger.filter(from.getAddress()::equals).isPresent())
                .count();
        if (strangers >= config.strangersMax() || same >= config.strangersPerAddressMax() || full() || closed) {
            Relay.close(socket);
            refusals.add(
                    Reason.TOO_MANY,
                    Optional.empty(),
                    Optional.empty(),
                    text(from),
                    "a connection from " + text(from) + " is one too many: " + strangers + " strangers are here, "
                            + same + " of them from that address, and " + relays.size() + " connections");
            return;
        }
        Attempt attempt = begin(Optional.of(from.getAddress()));
        attempt.hold(socket);
        Thread.ofPlatform().daemon().name("channel-in-" + text(from)).start(() -> admit(socket, from, attempt));
    }

    private boolean full() {
        return relays.size() + attempts.size() >= config.connectionsMax();
    }

    private Attempt begin(Optional<InetAddress> stranger) {
        Attempt attempt =
                new Attempt(stranger, nanoTime.getAsLong() + config.handshake().toNanos());
        attempts.add(attempt);
        return attempt;
    }

    private static String text(InetSocketAddress at) {
        return at.getAddress().getHostAddress() + ":" + at.getPort();
    }

    /** What a connection has come to so far; its refusal says so. */
    private static final class Progress {
        Optional<EndpointId> peer = Optional.empty();
        Optional<Sha256> pack = Optional.empty();
        String where = "";
    }

    private void admit(SocketChannel socket, InetSocketAddress from, Attempt attempt) {
        Progress progress = new Progress();
        progress.where = text(from);
        TlsLine line = null;
        try {
            tune(socket);
            line = new TlsLine(socket, engine(false), buffers, errands);
            RemoteIdentity who = identify(line, progress.where);
            progress.peer = Optional.of(who.id());
            attempt.peer(who.id());
            carriesContent(who, progress.where);
            relay(line, address(from), who, attempt, progress);
        } catch (IOException | IdentityException e) {
            end(attempt, socket, line);
            refuse(e, attempt, progress, "the connection from " + progress.where);
        } catch (InterruptedException e) {
            end(attempt, socket, line);
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            end(attempt, socket, line);
            LOG.error("a connection from {} failed", progress.where, e);
        }
    }

    private void end(Attempt attempt, SocketChannel socket, @Nullable TlsLine line) {
        attempts.remove(attempt);
        Relay.close(socket);
        if (line != null) {
            line.release();
        }
    }

    private static void tune(SocketChannel socket) throws IOException {
        // Requests and choke messages are small and wanted now; batches leave in one piece anyway.
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        // Finds out about a peer whose machine lost power while nobody has anything to say.
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }

    private SSLEngine engine(boolean client) {
        // Without a name for the other end nothing is resumed: connections are few, and each shows the newest
        // certificate.
        SSLEngine made = tls.createSSLEngine();
        made.setUseClientMode(client);
        made.setSSLParameters(client ? TlsProfile.client() : TlsProfile.server(TlsProfile.ClientCertificate.NEEDED));
        return made;
    }

    private RemoteIdentity identify(TlsLine line, String where) throws IOException {
        SSLSession session;
        try {
            session = line.handshake();
        } catch (SSLException e) {
            throw new RefusedException(
                    Reason.FOREIGN,
                    "no TLS with " + where + ": " + e.getMessage() + "; has it joined this deployment, and is its clock"
                            + " right?");
        }
        RemoteIdentity who = RemoteIdentity.of(session);
        if (!who.current(clock.instant())) {
            throw new RefusedException(Reason.FOREIGN, "the certificate of " + who + " at " + where + " is over");
        }
        return who;
    }

    private static void carriesContent(RemoteIdentity who, String where) throws RefusedException {
        if (who.role() != DeploymentRole.AGENT && who.role() != DeploymentRole.ORIGIN) {
            throw new RefusedException(
                    Reason.WRONG_IDENTITY, who + " at " + where + " carries no content: only agents and origins do");
        }
    }

    /** From the greeting on. */
    private void relay(TlsLine line, PeerAddress from, RemoteIdentity who, Attempt attempt, Progress progress)
            throws IOException, InterruptedException {
        Greeting.Ask ask = Greeting.readAsk(line);
        Standing standing = roster.await(who.id(), ask.swarm(), config.naming().toNanos());
        Standing.Named named = switch (standing) {
            case Standing.Named found -> found;
            case Standing.Denied denied -> {
                progress.pack = denied.pack();
                answer(line, Verdict.DENIED);
                throw new RefusedException(Reason.DENIED, who + " at " + progress.where + " is on the deny-list");
            }
            case Standing.Stranger stranger -> {
                progress.pack = stranger.pack();
                answer(line, Verdict.NOT_NAMED);
                throw new RefusedException(
                        Reason.NOT_NAMED,
                        who + " at " + progress.where + " asked for "
                                + stranger.pack()
                                        .map(pack -> "the pack " + pack)
                                        .orElse("a swarm that is not" + " here, " + ask.swarm())
                                + ", where the tracker does not name it to us");
            }
        };
        progress.pack = Optional.of(named.pack());
        PeerAddress libtorrent = engine;
        if (libtorrent == null) {
            answer(line, Verdict.ENGINE_AWAY);
            throw new RefusedException(
                    Reason.ENGINE_AWAY, "our libtorrent does not listen yet; " + who + " is to come again");
        }
        boolean plain = ask.plain() && named.peer().mayBePlain();
        line.send(new Greeting.Answer(Greeting.VERSION, plain, Verdict.WELCOME).encode());
        Line agreed = plain ? line.continuePlain() : line;
        byte[] first = Greeting.readFully(agreed, Greeting.BitTorrent.HANDSHAKE_LENGTH);
        InfoHash asked = Greeting.swarmOf(first)
                .orElseThrow(() -> new RefusedException(
                        Reason.PROTOCOL, who + " at " + progress.where + " does not speak BitTorrent"));
        if (!roster.same(asked, ask.swarm())) {
            throw new RefusedException(
                    Reason.PROTOCOL, who + " at " + progress.where + " asked for one swarm and then for another");
        }
        Relay.Purpose purpose =
                new Relay.Purpose(named.pack(), who.id(), true, named.peer().wan());
        Relay before = newest.get(purpose);
        if (before != null) {
            before.end();
        }
        SocketChannel toEngine = attempt.hold(connectEngine(libtorrent, purpose));
        Intake fromEngine = new Intake(toEngine, buffers);
        run(purpose, toEngine, fromEngine, agreed, from, named, who, attempt, first);
    }

    private static void answer(TlsLine line, Verdict verdict) throws IOException {
        line.send(new Greeting.Answer(Greeting.VERSION, false, verdict).encode());
        line.finish();
    }

    private SocketChannel connectEngine(PeerAddress libtorrent, Relay.Purpose purpose) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            socket.bind(new InetSocketAddress(inet(aliases.of(purpose.peer(), purpose.wan())), 0));
            socket.connect(inet(libtorrent));
            tune(socket);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw new RefusedException(
                    Reason.ENGINE_AWAY, "our libtorrent does not answer at " + libtorrent + ": " + e.getMessage());
        }
    }

    /** The attempt has become a connection; returns when it ends. */
    private void run(
            Relay.Purpose purpose,
            SocketChannel toEngine,
            Intake fromEngine,
            Line line,
            PeerAddress at,
            Standing.Named named,
            RemoteIdentity who,
            Attempt attempt,
            byte[] first) {
        Relay relay = new Relay(
                purpose,
                toEngine,
                fromEngine,
                line,
                tallies.of(purpose.pack(), purpose.peer()).link(purpose.wan(), at),
                up,
                down,
                named.priority(),
                who.notAfter(),
                config,
                nanoTime,
                this::gone);
        relays.add(relay);
        newest.put(purpose, relay);
        attempts.remove(attempt);
        if (closed || attempt.late()) {
            relay.cut();
        }
        // Whoever changed the roster since it was asked did not see this connection.
        enforce(relay);
        LOG.debug("{} at {} is here for {}", purpose.peer(), at, purpose.pack());
        relay.run(first);
    }

    private void gone(Relay relay) {
        relays.remove(relay);
        newest.remove(relay.purpose(), relay);
    }

    // ---- Outgoing ----

    /** On the doors' thread: libtorrent connected to an alias. */
    private void calls(SocketChannel socket, PeerLink link) {
        InetAddress from = socket.socket().getInetAddress();
        if (from == null || !from.isLoopbackAddress() || closed) {
            Relay.close(socket);
            return;
        }
        if (full()) {
            Relay.close(socket);
            refusals.add(
                    Reason.TOO_MANY,
                    Optional.of(link.peer()),
                    Optional.empty(),
                    "",
                    "no connection to " + link.peer() + ": " + config.connectionsMax() + " are open");
            return;
        }
        Attempt attempt = begin(Optional.empty());
        attempt.peer(link.peer());
        attempt.hold(socket);
        Thread.ofPlatform().daemon().name("channel-out-" + link.peer()).start(() -> call(socket, link, attempt));
    }

    private void call(SocketChannel socket, PeerLink link, Attempt attempt) {
        Progress progress = new Progress();
        progress.peer = Optional.of(link.peer());
        Intake fromEngine = new Intake(socket, buffers);
        try {
            tune(socket);
            Optional<InfoHash> asked = peek(fromEngine);
            if (asked.isEmpty()) {
                throw new RefusedException(
                        Reason.PROTOCOL,
                        "what connected to the alias of " + link.peer() + " does not speak BitTorrent");
            }
            Standing standing = roster.standing(link.peer(), asked.get());
            if (standing instanceof Standing.Named named && named.peer().wan() == link.wan()) {
                progress.pack = Optional.of(named.pack());
                dial(socket, fromEngine, named, asked.get(), attempt, progress);
            } else {
                throw new RefusedException(
                        standing instanceof Standing.Denied ? Reason.DENIED : Reason.NOT_NAMED,
                        "libtorrent wants to meet " + link.peer() + " in the swarm " + asked.get()
                                + ", where the tracker does not name it to us");
            }
        } catch (IOException | IdentityException e) {
            attempts.remove(attempt);
            Relay.close(socket);
            fromEngine.release();
            refuse(e, attempt, progress, "the connection to " + link.peer() + " at " + progress.where);
        } catch (RuntimeException e) {
            attempts.remove(attempt);
            Relay.close(socket);
            LOG.error("a connection to {} failed", link.peer(), e);
        }
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

    private void dial(
            SocketChannel toEngine,
            Intake fromEngine,
            Standing.Named named,
            InfoHash asked,
            Attempt attempt,
            Progress progress)
            throws IOException {
        RefusedException last = new RefusedException(
                Reason.UNREACHABLE, "no address of " + named.peer().id() + " is known; it has to connect to us");
        for (PeerAddress address : named.peer().addresses()) {
            if (attempt.late()) {
                break;
            }
            progress.where = address.toString();
            TlsLine line = null;
            SocketChannel socket = attempt.hold(SocketChannel.open());
            try {
                connect(socket, address);
                line = new TlsLine(socket, engine(true), buffers, errands);
                RemoteIdentity who = identify(line, address.toString());
                Line agreed = greet(line, who, named, asked, address);
                Relay.Purpose purpose = new Relay.Purpose(
                        named.pack(), named.peer().id(), false, named.peer().wan());
                run(purpose, toEngine, fromEngine, agreed, address, named, who, attempt, new byte[0]);
                return;
            } catch (RefusedException e) {
                last = e;
            } catch (IdentityException e) {
                last = new RefusedException(Reason.FOREIGN, "at " + address + ": " + e.getMessage());
            } catch (SSLException e) {
                last = new RefusedException(
                        Reason.FOREIGN,
                        named.peer().id() + " at " + address + " does not accept us: " + e.getMessage()
                                + "; packhorse doctor looks at our certificate and clock");
            } catch (IOException e) {
                last = new RefusedException(
                        attempt.late() ? Reason.TIMEOUT : Reason.UNREACHABLE,
                        named.peer().id() + " at " + address + " does not answer: " + e.getMessage());
            }
            Relay.close(socket);
            if (line != null) {
                line.release();
            }
        }
        throw last;
    }

    private void connect(SocketChannel socket, PeerAddress address) throws IOException {
        tune(socket);
        for (PeerAddress own : listening) {
            if (own.ip().isV4() == address.ip().isV4() && !inet(own.ip()).isAnyLocalAddress()) {
                socket.bind(new InetSocketAddress(inet(own.ip()), 0));
                break;
            }
        }
        socket.socket().connect(inet(address), Math.toIntExact(config.dial().toMillis()));
    }

    private static Line greet(
            TlsLine line, RemoteIdentity who, Standing.Named named, InfoHash asked, PeerAddress address)
            throws IOException {
        carriesContent(who, address.toString());
        if (!who.id().equals(named.peer().id())) {
            throw new RefusedException(
                    Reason.WRONG_IDENTITY,
                    "at " + address + " answers " + who + " and not "
                            + named.peer().id() + ", which the tracker named there");
        }
        line.send(new Greeting.Ask(Greeting.VERSION, named.peer().mayBePlain(), asked).encode());
        Greeting.Answer answer = Greeting.readAnswer(line);
        switch (answer.verdict()) {
            case WELCOME -> {
                // On.
            }
            case NOT_NAMED ->
                throw new RefusedException(
                        Reason.NOT_NAMED_THERE,
                        who + " at " + address + " does not know that we belong to " + named.pack() + " yet");
            case DENIED ->
                throw new RefusedException(
                        Reason.DENIED, who + " at " + address + " has this machine on its deny-list");
            case ENGINE_AWAY, OTHER ->
                throw new RefusedException(
                        Reason.UNREACHABLE, who + " at " + address + " cannot take us now: " + answer.verdict());
        }
        if (answer.plain() && !named.peer().mayBePlain()) {
            throw new RefusedException(
                    Reason.PROTOCOL, who + " at " + address + " goes on unencrypted, which nobody offered");
        }
        return answer.plain() ? line.continuePlain() : line;
    }

    private void refuse(Exception e, Attempt attempt, Progress progress, String what) {
        if (closed) {
            return;
        }
        Reason reason = e instanceof RefusedException refused
                ? refused.reason()
                : e instanceof IdentityException
                        ? Reason.FOREIGN
                        : e instanceof Greeting.MalformedException ? Reason.PROTOCOL : Reason.TIMEOUT;
        boolean denied = progress.peer.isPresent()
                && progress.pack.isPresent()
                && roster.standing(progress.peer.get(), progress.pack.get()) instanceof Standing.Denied;
        String line = attempt.late()
                ? what + " took longer than " + config.handshake()
                : e instanceof RefusedException || e instanceof IdentityException
                        ? String.valueOf(e.getMessage())
                        : what + " ended: " + e.getMessage();
        refusals.add(
                denied ? Reason.DENIED : attempt.late() ? Reason.TIMEOUT : reason,
                progress.peer,
                progress.pack,
                progress.where,
                line);
    }

    @Override
    public void close() {
        closed = true;
        doors.close();
        closeAliasDoors();
        attempts.forEach(Attempt::cut);
        relays.forEach(Relay::cut);
    }
}
