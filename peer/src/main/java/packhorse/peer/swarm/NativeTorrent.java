package packhorse.peer.swarm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.libtorrent4j.swig.bitfield;
import org.libtorrent4j.swig.byte_vector;
import org.libtorrent4j.swig.move_flags_t;
import org.libtorrent4j.swig.peer_info;
import org.libtorrent4j.swig.peer_info_vector;
import org.libtorrent4j.swig.tcp_endpoint;
import org.libtorrent4j.swig.torrent_handle;
import org.libtorrent4j.swig.torrent_status;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.unit.ByteRate;

/** One torrent in a session, indexes checked, answers copied. Belongs to the session's owner thread. */
final class NativeTorrent {
    /** What a torrent looks like now. */
    record Status(State state, BitSet had, SwarmEvent.Bytes payload, int errorCode, String error) {}

    /** libtorrent's states, as far as they matter. */
    enum State {
        CHECKING,
        DOWNLOADING,
        /** Everything wanted is there, but not everything. */
        FINISHED,
        SEEDING
    }

    /** A connection now. */
    record Peer(PeerLedger.Connection connection, SwarmEvent.Bytes payload, int pieces) {}

    private final torrent_handle handle;
    private final int pieceCount;
    private BitSet lastHad = new BitSet();
    private int lastCount = -1;
    private boolean valid = true;

    NativeTorrent(torrent_handle handle, int pieceCount) {
        this.handle = handle;
        this.pieceCount = pieceCount;
    }

    Status status() {
        requireValid();
        torrent_status status = handle.status(torrent_handle.query_pieces);
        try {
            int count = status.getNum_pieces();
            if (count != lastCount) {
                lastHad = bits(status.get_pieces());
                lastCount = count;
            }
            State state = switch (status.getState().toString()) {
                case "seeding" -> State.SEEDING;
                case "finished" -> State.FINISHED;
                case "downloading" -> State.DOWNLOADING;
                default -> State.CHECKING;
            };
            int error = status.getErrc().value();
            return new Status(
                    state,
                    (BitSet) lastHad.clone(),
                    new SwarmEvent.Bytes(status.getTotal_payload_download(), status.getTotal_payload_upload()),
                    error,
                    error == 0 ? "" : status.getErrc().message());
        } finally {
            status.delete();
        }
    }

    private BitSet bits(bitfield native_) {
        int size = Math.min(native_.size(), pieceCount);
        BitSet bits = new BitSet(pieceCount);
        for (int i = 0; i < size; i++) {
            if (native_.get_bit(i)) {
                bits.set(i);
            }
        }
        return bits;
    }

    List<Peer> peers() {
        requireValid();
        peer_info_vector vector = new peer_info_vector();
        try {
            handle.get_peer_info(vector);
            List<Peer> peers = new ArrayList<>(vector.size());
            for (int i = 0; i < vector.size(); i++) {
                peer_info info = vector.get(i);
                peers.add(new Peer(
                        new PeerLedger.Connection(
                                IpAddress.parse(info.getIp().address().to_string()),
                                info.getIp().port(),
                                info.getPid().to_hex()),
                        new SwarmEvent.Bytes(info.getTotal_download(), info.getTotal_upload()),
                        info.getNum_pieces()));
            }
            return peers;
        } finally {
            vector.delete();
        }
    }

    /** The pieces that connected peers which the filter takes have. */
    BitSet piecesOf(java.util.function.Predicate<IpAddress> which) {
        requireValid();
        peer_info_vector vector = new peer_info_vector();
        try {
            handle.get_peer_info(vector);
            BitSet pieces = new BitSet(pieceCount);
            for (int i = 0; i < vector.size(); i++) {
                peer_info info = vector.get(i);
                if (which.test(IpAddress.parse(info.getIp().address().to_string()))) {
                    pieces.or(bits(info.get_pieces()));
                }
            }
            return pieces;
        } finally {
            vector.delete();
        }
    }

    void connect(PeerAddress peer) {
        requireValid();
        tcp_endpoint endpoint = new tcp_endpoint(NativeSession.address(peer.ip().toString()), peer.port());
        handle.connect_peer(endpoint);
        endpoint.delete();
    }

    /** @param priorities one per piece */
    void prioritize(byte[] priorities) {
        requireValid();
        if (priorities.length != pieceCount) {
            throw new IllegalArgumentException(priorities.length + " priorities for " + pieceCount + " pieces");
        }
        byte_vector vector = new byte_vector();
        vector.reserve(priorities.length);
        for (byte priority : priorities) {
            vector.add(priority);
        }
        handle.prioritize_pieces_ex(vector);
        vector.delete();
    }

    /** Replaces what is hurried. */
    void hurry(int first, int last) {
        requireValid();
        handle.clear_piece_deadlines();
        for (int piece = Math.max(0, first); piece <= Math.min(last, pieceCount - 1); piece++) {
            handle.set_piece_deadline(piece, (piece - first) * 10);
        }
    }

    void limit(Optional<ByteRate> down, Optional<ByteRate> up) {
        requireValid();
        handle.set_download_limit(NativeSession.limit(down));
        handle.set_upload_limit(NativeSession.limit(up));
    }

    void uploadSlots(int slots) {
        requireValid();
        handle.set_max_uploads(slots);
    }

    /** Where the file stands by now as well; a rename onto the same inode does nothing but tell libtorrent. */
    void relocate(Path directory) {
        requireValid();
        handle.move_storage(directory.toAbsolutePath().toString(), move_flags_t.always_replace_files);
    }

    /** No call may come after this. */
    void invalidate(Consumer<torrent_handle> last) {
        requireValid();
        valid = false;
        last.accept(handle);
    }

    private void requireValid() {
        if (!valid) {
            throw new IllegalStateException("the torrent is out of the session");
        }
    }
}
