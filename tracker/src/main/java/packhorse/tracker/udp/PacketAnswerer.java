package packhorse.tracker.udp;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.InfoHash;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.tracker.announce.Answer;
import packhorse.tracker.announce.CompactPeers;
import packhorse.tracker.announce.Question;
import packhorse.tracker.announce.SwarmCounts;
import packhorse.tracker.session.OpenSwarmDesk;

/**
 * One datagram in, at most one out (BEP 15).
 *
 * <pre>
 * connect   magic:8  action=0:4  transaction:4                       -&gt; 0:4 transaction:4 id:8
 * announce  id:8  action=1:4  transaction:4  info-hash:20  peer:20
 *           downloaded:8  left:8  uploaded:8  event:4  ip:4
 *           key:4  wanted:4  port:2  options (BEP 41)                -&gt; 1:4 transaction:4 interval:4 leechers:4 seeders:4 peers
 * scrape    id:8  action=2:4  transaction:4  info-hash:20 …          -&gt; 2:4 transaction:4 (seeders:4 completed:4 leechers:4) …
 * error                                                              -&gt; 3:4 transaction:4 message
 * </pre>
 *
 * Whoever asks over IPv4 is given IPv4 peers of 6 bytes, over IPv6 those of 18. Confined to the thread that reads the socket.
 */
final class PacketAnswerer {
    static final long MAGIC = 0x41727101980L;
    static final int CONNECT = 0;
    static final int ANNOUNCE = 1;
    static final int SCRAPE = 2;
    static final int ERROR = 3;

    static final int HEADER_BYTES = 16;
    static final int ANNOUNCE_BYTES = 98;

    /** As many info-hashes as BEP 15 allows in one datagram. */
    static final int SCRAPE_MAX = 74;

    /** Path and query of an announce URL (BEP 41); longer ones are no announce URLs of ours. */
    static final int URL_BYTES_MAX = 1024;

    private static final int OPTION_END = 0;
    private static final int OPTION_NOP = 1;
    private static final int OPTION_URL = 2;

    private static final int PEER_ID_BYTES = 20;

    private final OpenSwarmDesk desk;
    private final ConnectionIds ids;
    private final InstantSource clock;

    // Written by the reading thread only; others see them a little late.
    private volatile UdpCounts counts = new UdpCounts(0, 0, 0, 0, 0);
    private long connects;
    private long announces;
    private long scrapes;
    private long errors;
    private long malformed;

    PacketAnswerer(OpenSwarmDesk desk, ConnectionIds ids, InstantSource clock) {
        this.desk = desk;
        this.ids = ids;
        this.clock = clock;
    }

    UdpCounts counts() {
        return counts;
    }

    /** The answer, or null for none. */
    byte @Nullable [] answer(ByteBuffer packet, IpAddress from) {
        byte[] answer = null;
        try {
            if (packet.remaining() >= HEADER_BYTES) {
                answer = dispatch(packet, from);
            }
        } catch (BufferUnderflowException e) {
            answer = null;
        }
        if (answer == null) {
            malformed++;
        }
        counts = new UdpCounts(connects, announces, scrapes, errors, malformed);
        return answer;
    }

    private byte @Nullable [] dispatch(ByteBuffer packet, IpAddress from) {
        long id = packet.getLong();
        int action = packet.getInt();
        int transaction = packet.getInt();
        byte[] address = from.bytes();
        if (action == CONNECT) {
            if (id != MAGIC) {
                return null;
            }
            connects++;
            return ByteBuffer.allocate(HEADER_BYTES)
                    .putInt(CONNECT)
                    .putInt(transaction)
                    .putLong(ids.make(address, clock.instant()))
                    .array();
        }
        boolean shaped = switch (action) {
            case ANNOUNCE -> packet.limit() - packet.position() >= ANNOUNCE_BYTES - HEADER_BYTES;
            case SCRAPE ->
                packet.hasRemaining()
                        && packet.remaining() % InfoHash.LENGTH_BYTES == 0
                        && packet.remaining() <= SCRAPE_MAX * InfoHash.LENGTH_BYTES;
            default -> false;
        };
        if (!shaped) {
            return null;
        }
        if (!ids.good(id, address, clock.instant())) {
            errors++;
            return error(transaction, "connection id is not good; connect again");
        }
        return action == ANNOUNCE ? announce(packet, transaction, from) : scrape(packet, transaction);
    }

    private byte @Nullable [] announce(ByteBuffer packet, int transaction, IpAddress from) {
        InfoHash infoHash = infoHash(packet);
        packet.position(packet.position() + PEER_ID_BYTES + Long.BYTES);
        long left = packet.getLong();
        packet.getLong();
        int event = packet.getInt();
        packet.getInt();
        packet.getInt();
        int wanted = packet.getInt();
        int port = packet.getShort() & 0xffff;
        if (port == 0 || event < 0 || event >= EVENTS.length || !optionsShaped(packet)) {
            return null;
        }
        announces++;
        Question question = new Question(
                infoHash,
                new PeerAddress(from, port),
                left,
                EVENTS[event],
                Question.bounded(wanted, from.isV4() ? Question.WANTED_MAX : Question.WANTED_V6_MAX));
        return switch (desk.announce(question)) {
            case Answer.Refused(String reason) -> error(transaction, reason);
            case Answer.Peers peers -> peers(peers, transaction, from.isV4() ? peers.v4() : peers.v6());
        };
    }

    private static final Question.Event[] EVENTS = {
        Question.Event.NONE, Question.Event.COMPLETED, Question.Event.STARTED, Question.Event.STOPPED
    };

    private static byte[] peers(Answer.Peers peers, int transaction, CompactPeers family) {
        int header = 5 * Integer.BYTES;
        ByteBuffer out = ByteBuffer.allocate(header + family.lengthBytes())
                .putInt(ANNOUNCE)
                .putInt(transaction)
                .putInt((int) peers.interval().toSeconds())
                .putInt(peers.incomplete())
                .putInt(peers.complete());
        family.copyTo(out.array(), header);
        return out.array();
    }

    /**
     * Walks the options (BEP 41). Nothing in a URL changes an answer of this tracker, so it is only held to its form: pieces of
     * URL data follow one another, together not too long; options of other types are skipped by their length.
     */
    private static boolean optionsShaped(ByteBuffer packet) {
        int urlBytes = 0;
        while (packet.hasRemaining()) {
            int type = packet.get() & 0xff;
            if (type == OPTION_END) {
                return true;
            }
            if (type == OPTION_NOP) {
                continue;
            }
            int length = packet.get() & 0xff;
            if (length > packet.remaining()) {
                return false;
            }
            packet.position(packet.position() + length);
            urlBytes += type == OPTION_URL ? length : 0;
            if (urlBytes > URL_BYTES_MAX) {
                return false;
            }
        }
        return true;
    }

    private byte[] scrape(ByteBuffer packet, int transaction) {
        scrapes++;
        int hashes = packet.remaining() / InfoHash.LENGTH_BYTES;
        ByteBuffer out = ByteBuffer.allocate(2 * Integer.BYTES + hashes * 3 * Integer.BYTES)
                .putInt(SCRAPE)
                .putInt(transaction);
        for (int i = 0; i < hashes; i++) {
            Optional<SwarmCounts> counted = desk.scrape(infoHash(packet));
            if (counted.isEmpty()) {
                return error(
                        transaction, "unknown info-hash: this tracker knows releases published for everybody only");
            }
            SwarmCounts line = counted.get();
            out.putInt(line.complete())
                    .putInt((int) Math.min(line.downloaded(), Integer.MAX_VALUE))
                    .putInt(line.incomplete());
        }
        return out.array();
    }

    private static InfoHash infoHash(ByteBuffer packet) {
        byte[] bytes = new byte[InfoHash.LENGTH_BYTES];
        packet.get(bytes);
        return InfoHash.ofDigest(bytes);
    }

    private static byte[] error(int transaction, String message) {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 * Integer.BYTES + text.length)
                .putInt(ERROR)
                .putInt(transaction)
                .put(text)
                .array();
    }
}
