package packhorse.peer.swarm;

import com.google.protobuf.ByteString;
import java.util.BitSet;
import java.util.Optional;
import packhorse.core.content.BlobRef;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Pack;
import packhorse.core.content.PieceLength;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.EngineBlob;
import packhorse.core.message.v1.EnginePack;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** Values of ours as fields of the messages between an agent and its swarm process, and back. Reading throws IllegalArgumentException. */
final class EngineFields {
    private EngineFields() {}

    static ByteString sha256(Sha256 value) {
        return ByteString.copyFrom(value.bytes());
    }

    static Sha256 sha256(ByteString field) {
        return Sha256.ofDigest(field.toByteArray());
    }

    static ByteString ip(IpAddress value) {
        return ByteString.copyFrom(value.bytes());
    }

    static IpAddress ip(ByteString field) {
        return IpAddress.ofBytes(field.toByteArray());
    }

    static Endpoint endpoint(PeerAddress value) {
        return Endpoint.newBuilder().setIp(ip(value.ip())).setPort(value.port()).build();
    }

    static PeerAddress endpoint(Endpoint field) {
        return new PeerAddress(ip(field.getIp()), field.getPort());
    }

    static Endpoint listen(SwarmConfig.Listen value) {
        return Endpoint.newBuilder().setIp(ip(value.ip())).setPort(value.port()).build();
    }

    static SwarmConfig.Listen listen(Endpoint field) {
        return new SwarmConfig.Listen(ip(field.getIp()), field.getPort());
    }

    static ByteString bits(BitSet value) {
        return ByteString.copyFrom(value.toByteArray());
    }

    /** @param size one more than the highest bit there may be */
    static BitSet bits(ByteString field, int size) {
        if (field.size() > (size + Byte.SIZE - 1) / Byte.SIZE) {
            throw new IllegalArgumentException(field.size() + " bytes for " + size + " bits");
        }
        BitSet bits = BitSet.valueOf(field.toByteArray());
        if (bits.length() > size) {
            throw new IllegalArgumentException("bit " + (bits.length() - 1) + " of " + size);
        }
        return bits;
    }

    private static EngineBlob blob(BlobRef value) {
        return EngineBlob.newBuilder()
                .setSha256(sha256(value.sha256()))
                .setLength(value.length())
                .build();
    }

    private static BlobRef blob(EngineBlob field) {
        return new BlobRef(sha256(field.getSha256()), field.getLength());
    }

    static EnginePack pack(Pack value) {
        EnginePack.Builder pack = EnginePack.newBuilder()
                .setData(blob(value.data()))
                .setInfoHash(ByteString.copyFrom(value.infoHash().bytes()))
                .setInfoHashV2(sha256(value.infoHashV2()))
                .setPiecesRoot(sha256(value.piecesRoot()))
                .setTorrent(blob(value.torrent()));
        value.openSwarm()
                .ifPresent(open -> pack.setOpenInfoHash(
                                ByteString.copyFrom(open.infoHash().bytes()))
                        .setOpenTorrent(blob(open.torrent())));
        return pack.build();
    }

    static Pack pack(EnginePack field) {
        BlobRef data = blob(field.getData());
        return new Pack(
                data,
                PieceLength.forContent(data.length()),
                InfoHash.ofDigest(field.getInfoHash().toByteArray()),
                sha256(field.getInfoHashV2()),
                sha256(field.getPiecesRoot()),
                blob(field.getTorrent()),
                field.getOpenInfoHash().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Pack.OpenSwarm(
                                InfoHash.ofDigest(field.getOpenInfoHash().toByteArray()),
                                blob(field.getOpenTorrent()))));
    }
}
