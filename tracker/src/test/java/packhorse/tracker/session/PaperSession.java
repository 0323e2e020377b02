package packhorse.tracker.session;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.v1.Assignment;
import packhorse.core.message.v1.Envelope;
import packhorse.core.topology.EndpointId;
import packhorse.core.wire.WireSession;

/** A session without a wire: keeps what was sent in it, and is silent or deaf when the test says so. */
final class PaperSession implements WireSession {
    final List<Envelope> sent = new CopyOnWriteArrayList<>();
    final AtomicInteger probes = new AtomicInteger();
    volatile Duration silence = Duration.ZERO;
    volatile boolean deaf;
    volatile Optional<String> closed = Optional.empty();
    private final RemoteIdentity peer;
    private final String address;
    private final int version;

    /**
     * @param site in its certificate
     * @param serial of its certificate
     */
    PaperSession(EndpointId id, DeploymentRole role, String site, String address, int version, BigInteger serial) {
        this.peer = new RemoteIdentity(id, role, site, serial, Instant.EPOCH, Instant.MAX);
        this.address = address;
        this.version = version;
    }

    /** The id of a name. */
    static EndpointId id(String name) {
        return EndpointId.ofBytes(java.util.Arrays.copyOf(
                name.getBytes(java.nio.charset.StandardCharsets.UTF_8), EndpointId.LENGTH_BYTES));
    }

    static ByteString bytes(String name) {
        return ByteString.copyFrom(id(name).bytes());
    }

    /** The assignment that was sent last. */
    Assignment last() {
        return sent.stream()
                .filter(Envelope::hasAssignment)
                .reduce((first, second) -> second)
                .map(Envelope::getAssignment)
                .orElse(Assignment.getDefaultInstance());
    }

    @Override
    public RemoteIdentity peer() {
        return peer;
    }

    @Override
    public InetSocketAddress remote() {
        try {
            return new InetSocketAddress(InetAddress.getByName(address), 40_000);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public int version() {
        return version;
    }

    @Override
    public Set<String> features() {
        return Set.of();
    }

    @Override
    public boolean send(Envelope envelope) {
        if (deaf || closed.isPresent()) {
            return false;
        }
        sent.add(envelope);
        return true;
    }

    @Override
    public Duration silence() {
        return silence;
    }

    @Override
    public void probe() {
        probes.incrementAndGet();
    }

    @Override
    public void close(String reason, boolean retry) {
        closed = Optional.of(reason);
    }

    @Override
    public String toString() {
        return "paper session of " + peer.id();
    }
}
