package packhorse.tracker.announce;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** Peers of one family in the wire's form (BEP 23, BEP 7): address and port, 6 or 18 bytes each, one after the other. */
public final class CompactPeers {
    private static final int PORT_BYTES = 2;

    private final int entryBytes;
    private byte[] bytes;
    private int length;

    CompactPeers(boolean v4, int capacity) {
        this.entryBytes = (v4 ? 4 : 16) + PORT_BYTES;
        this.bytes = new byte[entryBytes * capacity];
    }

    static byte[] entry(PeerAddress address) {
        byte[] ip = address.ip().bytes();
        byte[] entry = Arrays.copyOf(ip, ip.length + PORT_BYTES);
        entry[ip.length] = (byte) (address.port() >> 8);
        entry[ip.length + 1] = (byte) address.port();
        return entry;
    }

    void add(byte[] entry) {
        if (entry.length != entryBytes) {
            throw new IllegalArgumentException("an entry has " + entryBytes + " bytes, not " + entry.length);
        }
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(entryBytes, 2 * bytes.length));
        }
        System.arraycopy(entry, 0, bytes, length, entryBytes);
        length += entryBytes;
    }

    public int count() {
        return length / entryBytes;
    }

    /** A copy of the entries. */
    public byte[] bytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** Length of the entries in bytes. */
    public int lengthBytes() {
        return length;
    }

    /** Writes the entries to {@code out} from {@code offset}. */
    public void copyTo(byte[] out, int offset) {
        System.arraycopy(bytes, 0, out, offset, length);
    }

    /** The entries one by one. */
    public List<PeerAddress> addresses() {
        List<PeerAddress> addresses = new ArrayList<>(count());
        for (int at = 0; at < length; at += entryBytes) {
            int port = at + entryBytes - PORT_BYTES;
            addresses.add(new PeerAddress(
                    IpAddress.ofBytes(Arrays.copyOfRange(bytes, at, port)),
                    (bytes[port] & 0xff) << 8 | (bytes[port + 1] & 0xff)));
        }
        return addresses;
    }
}
