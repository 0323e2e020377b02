package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.swig.settings_pack.bool_types;
import packhorse.core.bencode.Bencode;
import packhorse.core.bencode.BencodeReader;
import packhorse.core.content.BlobRef;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Pack;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** Content that went bad on a disk, and a torrent that was bad from the start. */
final class BadContentTest {
    @TempDir
    Path dir;

    @Test
    void aDamagedSeedIsNoticedAndServesNoBadPiece() throws Exception {
        Sample sample = Sample.of(61, 4_000_000);
        byte[] damaged = sample.bytes().clone();
        damaged[2_500_000] ^= 1;
        Path seeds = Files.createDirectories(dir.resolve("seed"));
        Files.write(seeds.resolve(sample.id().hex()), damaged);
        try (Node seed = Node.on("127.30.6.1");
                Node leecher = Node.on("127.30.6.2")) {
            seed.add(sample, seeds, true).allow(sample, leecher);
            leecher.add(sample, Files.createDirectories(dir.resolve("into")), false)
                    .connect(sample, List.of(seed));
            seed.await(SwarmEvent.Damaged.class, event -> event.pack().equals(sample.id()));
            int others = sample.torrent().pack().pieceCount() - 1;
            leecher.await(SwarmEvent.Progress.class, event -> event.had().cardinality() == others);
            assertEquals(List.of(), leecher.all(SwarmEvent.Banned.class));
            assertEquals(List.of(), leecher.all(SwarmEvent.Complete.class));
        }
    }

    @Test
    void aSeedWithoutItsFileIsNoticed() throws Exception {
        Sample sample = Sample.of(66, 1_500_000);
        Path empty = Files.createDirectories(dir.resolve("empty"));
        try (Node seed = Node.on("127.30.6.31")) {
            seed.add(sample, empty, true);
            seed.await(SwarmEvent.Damaged.class, event -> event.pack().equals(sample.id()));
            assertEquals(List.of(), seed.all(SwarmEvent.Complete.class));
        }
    }

    @Test
    void aTorrentWhoseTwoHashFamiliesDisagreeIsThePublishersFault() throws Exception {
        Sample sample = Sample.of(62, 2_000_000);
        VerifiedTorrent twoTongues = withPiecesOf(Sample.of(63, 2_000_000), sample);
        sample.writeTo(dir.resolve("seed"));
        SettingsPack settings = NativeSession.silentSettings();
        NativeSession.set(settings, bool_types.disable_hash_checks, true);
        PeerAddress[] seedAddress = new PeerAddress[1];
        try (NativeSession seed = new NativeSession(
                        settings, List.of(new SwarmConfig.Listen(IpAddress.parse("127.30.6.11"), 0)), notice -> {
                            if (notice instanceof Notice.Listening listening) {
                                seedAddress[0] = new PeerAddress(listening.ip(), listening.port());
                            }
                        });
                Node leecher = Node.on("127.30.6.12")) {
            seed.allowOnly(List.of(leecher.ip));
            NativeTorrent serving = seed.add(
                    twoTongues.bytes(), dir.resolve("seed"), java.util.Optional.empty(), NativeSession.Mode.SEED);
            leecher.offer(new SwarmCommand.Add(twoTongues, Files.createDirectories(dir.resolve("into")), false));
            leecher.offer(new SwarmCommand.Peers(sample.id(), List.of(seedAddress[0]), List.of()));
            leecher.await(SwarmEvent.PublisherFault.class, event -> event.pack().equals(sample.id()));
            assertEquals(List.of(), leecher.all(SwarmEvent.Banned.class));
            assertTrue(serving.status().payload().out() > 0);
        }
    }

    /** The v1 list of one file and the v2 tree of another, as only a publisher could sign it. */
    private static VerifiedTorrent withPiecesOf(Sample v1, Sample v2) {
        Bencode.BDictionary other =
                (Bencode.BDictionary) BencodeReader.parse(v1.torrent().bytes());
        Bencode.BDictionary top =
                (Bencode.BDictionary) BencodeReader.parse(v2.torrent().bytes());
        Bencode.BDictionary info = top.dictionary("info").orElseThrow().toBuilder()
                .put(
                        "pieces",
                        other.dictionary("info").orElseThrow().string("pieces").orElseThrow())
                .build();
        byte[] bytes = top.toBuilder().put("info", info).build().encode();
        Pack honest = v2.torrent().pack();
        Pack pack = new Pack(
                honest.data(),
                honest.pieceLength(),
                InfoHash.of(info.encode()),
                Sha256.of(info.encode()),
                honest.piecesRoot(),
                BlobRef.of(bytes),
                java.util.Optional.empty());
        return Torrents.check(pack, bytes);
    }

    @Test
    void anAddressOfVersionSixServesToo() throws Exception {
        Sample sample = Sample.of(64, 1_000_000);
        sample.writeTo(dir.resolve("seed"));
        try (Node seed = Node.on("::1");
                Node leecher = Node.on("::1")) {
            seed.add(sample, dir.resolve("seed"), true).allow(sample, leecher);
            leecher.add(sample, Files.createDirectories(dir.resolve("into")), false)
                    .connect(sample, List.of(seed));
            leecher.awaitComplete(sample);
            SwarmTransferTest.awaitBooks(sample, seed, leecher);
        }
    }

    @Test
    void aBrokenPlaceIsOneClearLine() throws Exception {
        Sample sample = Sample.of(65, 1_000_000);
        Path place = dir.resolve("place");
        Files.createDirectories(place.resolve(sample.id().hex()));
        try (Node node = Node.on("127.30.6.21")) {
            node.add(sample, place, false);
            String line = node.await(SwarmEvent.Failed.class, event -> true).reason();
            assertTrue(line.contains(place.toString()) && !line.contains("\n"), line);
        }
    }
}
