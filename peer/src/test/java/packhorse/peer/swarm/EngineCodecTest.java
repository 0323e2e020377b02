package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.core.content.BadContentException;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.EngineAdd;
import packhorse.core.message.v1.EngineBits;
import packhorse.core.message.v1.EngineCommand;
import packhorse.core.message.v1.EngineCount;
import packhorse.core.message.v1.EngineCounters;
import packhorse.core.message.v1.EngineEvent;
import packhorse.core.message.v1.EnginePieces;
import packhorse.core.message.v1.EngineRelocate;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;
import packhorse.peer.swarm.SwarmEvent.Bytes;

/** What goes through the pipes arrives as it was, and what cannot have been meant does not arrive. */
final class EngineCodecTest {
    private static final Sample SAMPLE = Sample.of(91, 1_700_000);
    private static final Path STORE = Path.of("/store/partial");
    private static final PeerAddress PEER = PeerAddress.parse("127.64.0.5:7100");
    private static final IpAddress IP = IpAddress.parse("2001:db8::7");

    private final SwarmConfig config = SwarmConfig.listeningOn(new SwarmConfig.Listen(IpAddress.parse("127.0.0.1"), 0))
            .withOpen(Optional.of(new SwarmConfig.Open(
                    new SwarmConfig.Listen(IpAddress.parse("0.0.0.0"), 7101), Optional.of(new ByteRate(5)))));

    private static SwarmCommand there(SwarmCommand command) {
        CommandCodec.Reader reader = new CommandCodec.Reader();
        List<SwarmCommand> arrived = new ArrayList<>();
        CommandCodec.encode(command, Path::toString)
                .forEach(message -> reader.read(message).ifPresent(arrived::add));
        assertEquals(1, arrived.size());
        return arrived.getFirst();
    }

    @Test
    void everyCommandArrivesAsItWas() {
        List.of(
                        new SwarmCommand.Peers(SAMPLE.id(), List.of(PEER), List.of(IP)),
                        new SwarmCommand.Shares(SAMPLE.id(), 2, 5),
                        new SwarmCommand.Hurry(SAMPLE.id(), 1, 3),
                        new SwarmCommand.Limits(new SwarmCommand.RateLimits(
                                Optional.of(new ByteRate(1)),
                                Optional.empty(),
                                Optional.of(new ByteRate(3)),
                                Optional.of(new ByteRate(4)))),
                        new SwarmCommand.LocalPrefixes(List.of(Subnet.parse("127.64.0.0/11"))),
                        new SwarmCommand.Relocate(SAMPLE.id(), STORE),
                        new SwarmCommand.Remove(SAMPLE.id()),
                        new SwarmCommand.WithdrawOpen(SAMPLE.id()),
                        new SwarmCommand.Forgive(SAMPLE.id()))
                .forEach(command -> assertEquals(command, there(command)));
        SwarmCommand.Add add = (SwarmCommand.Add) there(new SwarmCommand.Add(SAMPLE.torrent(), STORE, true));
        assertEquals(SAMPLE.torrent().pack(), add.torrent().pack());
        assertEquals(STORE, add.directory());
        assertTrue(add.complete());
        SwarmCommand.ServeOpen open =
                (SwarmCommand.ServeOpen) there(new SwarmCommand.ServeOpen(SAMPLE.torrent(), STORE));
        assertEquals(SAMPLE.torrent().pack(), open.torrent().pack());
    }

    @Test
    void theConfigurationArrivesAsItWas() {
        SwarmConfig arrived =
                CommandCodec.start(CommandCodec.start(config, "/store").getStart());
        assertEquals(config, arrived);
        assertEquals(Duration.ofMillis(250), arrived.poll());
    }

    @Test
    void aTorrentLongerThanAFrameArrivesInParts() {
        EngineAdd whole = CommandCodec.encode(new SwarmCommand.Add(SAMPLE.torrent(), STORE, false), Path::toString)
                .getFirst()
                .getAdd();
        CommandCodec.Reader reader = new CommandCodec.Reader();
        for (int at = 0; at < 100; at += 10) {
            assertEquals(
                    Optional.empty(),
                    reader.read(EngineCommand.newBuilder()
                            .setTorrentPart(whole.getTorrent().substring(at, at + 10))
                            .build()));
        }
        SwarmCommand add = reader.read(EngineCommand.newBuilder()
                        .setAdd(whole.toBuilder().setTorrent(whole.getTorrent().substring(100)))
                        .build())
                .orElseThrow();
        assertEquals(SAMPLE.torrent().pack(), ((SwarmCommand.Add) add).torrent().pack());
        ByteString tooMuch = ByteString.copyFrom(new byte[1 << 20]);
        assertThrows(IllegalArgumentException.class, () -> {
            for (int i = 0; i < 1000; i++) {
                reader.read(EngineCommand.newBuilder().setTorrentPart(tooMuch).build());
            }
        });
    }

    @Test
    void aTorrentThatItsPackDoesNotNameIsRefusedByTheProcess() {
        EngineAdd add = CommandCodec.encode(new SwarmCommand.Add(SAMPLE.torrent(), STORE, false), Path::toString)
                .getFirst()
                .getAdd();
        byte[] bent = add.getTorrent().toByteArray();
        bent[bent.length / 2] ^= 1;
        assertThrows(
                BadContentException.class,
                () -> new CommandCodec.Reader()
                        .read(EngineCommand.newBuilder()
                                .setAdd(add.toBuilder().setTorrent(ByteString.copyFrom(bent)))
                                .build()));
        EngineAdd other = CommandCodec.encode(
                        new SwarmCommand.Add(Sample.of(92, 1_700_000).torrent(), STORE, false), Path::toString)
                .getFirst()
                .getAdd();
        assertThrows(
                BadContentException.class,
                () -> new CommandCodec.Reader()
                        .read(EngineCommand.newBuilder()
                                .setAdd(add.toBuilder().setPack(other.getPack()))
                                .build()));
    }

    private Ordered ordered() {
        Ordered ordered = new Ordered(config);
        ordered.order(new SwarmCommand.Add(SAMPLE.torrent(), STORE, false));
        return ordered;
    }

    private static BitSet bits(int... set) {
        BitSet bits = new BitSet();
        for (int bit : set) {
            bits.set(bit);
        }
        return bits;
    }

    @Test
    void everyEventArrivesAsItWas() {
        int total = SAMPLE.torrent().pack().pieceCount();
        Map<IpAddress, Bytes> counters = Map.of(IP, new Bytes(1, 2), PEER.ip(), new Bytes(3, 0));
        for (SwarmEvent event : List.of(
                new SwarmEvent.Listening(PeerAddress.parse("127.0.0.1:7100")),
                new SwarmEvent.OpenListening(PeerAddress.parse("10.1.2.3:7101")),
                new SwarmEvent.Checking(SAMPLE.id(), 1, total),
                new SwarmEvent.Added(SAMPLE.id(), total, total),
                new SwarmEvent.PiecesVerified(SAMPLE.id(), bits(0, total - 1)),
                new SwarmEvent.Progress(SAMPLE.id(), bits(1), total, Set.of(IP, PEER.ip()), 7, 8),
                new SwarmEvent.Complete(SAMPLE.id()),
                new SwarmEvent.Counters(SAMPLE.id(), counters),
                new SwarmEvent.OpenCounters(SAMPLE.id(), counters),
                new SwarmEvent.Banned(SAMPLE.id(), IP, 2),
                new SwarmEvent.Starved(SAMPLE.id(), 3),
                new SwarmEvent.Forgiven(SAMPLE.id()),
                new SwarmEvent.ShareComplete(SAMPLE.id()),
                new SwarmEvent.Relocated(SAMPLE.id(), STORE),
                new SwarmEvent.Removed(SAMPLE.id()),
                new SwarmEvent.Damaged(SAMPLE.id()),
                new SwarmEvent.Failed(SAMPLE.id(), "no space"),
                new SwarmEvent.PublisherFault(SAMPLE.id()),
                new SwarmEvent.Died("tired"))) {
            assertEquals(Optional.of(event), EventCodec.decode(EventCodec.encode(event), ordered()));
        }
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        int total = SAMPLE.torrent().pack().pieceCount();
        ByteString id = EngineFields.sha256(SAMPLE.id());
        for (EngineEvent.Builder bad : List.of(
                EngineEvent.newBuilder()
                        .setPiecesVerified(EngineBits.newBuilder().setPack(id).setBits(EngineFields.bits(bits(total)))),
                EngineEvent.newBuilder()
                        .setPiecesVerified(
                                EngineBits.newBuilder().setPack(id).setBits(ByteString.copyFrom(new byte[1 << 20]))),
                EngineEvent.newBuilder()
                        .setAdded(EnginePieces.newBuilder().setPack(id).setPieces(total + 1)),
                EngineEvent.newBuilder()
                        .setAdded(EnginePieces.newBuilder().setPack(id).setPieces(-1)),
                EngineEvent.newBuilder().setComplete(ByteString.copyFromUtf8("short")),
                EngineEvent.newBuilder().setListening(EngineFields.endpoint(PEER)),
                EngineEvent.newBuilder().setOpenListening(EngineFields.endpoint(PeerAddress.parse("10.0.0.1:7102"))),
                EngineEvent.newBuilder()
                        .setCounters(EngineCounters.newBuilder()
                                .setPack(id)
                                .addByPeer(EngineCount.newBuilder()
                                        .setIp(EngineFields.ip(IP))
                                        .setBytesIn(-1))))) {
            assertThrows(
                    IllegalArgumentException.class, () -> EventCodec.decode(bad.build(), ordered()), bad::toString);
        }
    }

    @Test
    void nothingIsHeardOfPacksThatNobodyAddedAndNoPathIsTakenFromTheProcess() {
        Sha256 other = Sha256.of(new byte[] {1});
        for (SwarmEvent event : List.of(
                new SwarmEvent.Complete(other),
                new SwarmEvent.Failed(other, "x"),
                new SwarmEvent.PiecesVerified(other, bits(4)))) {
            assertEquals(Optional.empty(), EventCodec.decode(EventCodec.encode(event), ordered()));
        }
        EngineEvent moved = EngineEvent.newBuilder()
                .setRelocated(EngineRelocate.newBuilder()
                        .setPack(EngineFields.sha256(SAMPLE.id()))
                        .setDirectory("/etc"))
                .build();
        assertEquals(Optional.of(new SwarmEvent.Relocated(SAMPLE.id(), STORE)), EventCodec.decode(moved, ordered()));
        Ordered gone = ordered();
        gone.order(new SwarmCommand.Remove(SAMPLE.id()));
        assertEquals(Optional.empty(), EventCodec.decode(moved, gone));
    }

    @Test
    void aReasonIsOneLineOfText() {
        String reason = "a\n\u001b[2Jb" + "c".repeat(5000);
        SwarmEvent heard = EventCodec.decode(EventCodec.encode(new SwarmEvent.Failed(SAMPLE.id(), reason)), ordered())
                .orElseThrow();
        String line = ((SwarmEvent.Failed) heard).reason();
        assertTrue(line.startsWith("a [2Jb"), line);
        assertTrue(line.length() < 1100);
    }
}
