package packhorse.peer.channel;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import packhorse.core.content.InfoHash;

/**
 * The first words on an authenticated connection, one each way; docs/protocols/channel.md has the bytes. Who connects asks for a swarm,
 * who is connected to answers, so that a refusal has a reason at both ends. A reader skips what a newer version adds behind
 * the fields it knows.
 */
sealed interface Greeting {
    /** The version spoken here; the answer's version is the one that both speak. */
    int VERSION = 1;

    byte[] MAGIC = "PHCH".getBytes(StandardCharsets.US_ASCII);
    int HEAD = 8;
    int REST_MAX = 256;
    int PLAIN = 1;

    /**
     * From whoever connects.
     *
     * @param version the newest it speaks
     * @param plain whether policy lets it go on unencrypted
     * @param swarm the info-hash that the BitTorrent handshake will carry
     */
    record Ask(int version, boolean plain, InfoHash swarm) implements Greeting {}

    /**
     * From whoever is connected to.
     *
     * @param version both speak it
     * @param plain whether both go on unencrypted right after this answer
     * @param verdict whether the peer is let in
     */
    record Answer(int version, boolean plain, Verdict verdict) implements Greeting {}

    /** Whether a peer is let in. */
    enum Verdict {
        WELCOME(0),
        NOT_NAMED(1),
        DENIED(2),
        ENGINE_AWAY(3),
        /** Both ends connected to each other at the same moment; the other connection stays. */
        CONNECTED(4),
        /** Anything a newer version says. */
        OTHER(255);

        private final int onWire;

        Verdict(int onWire) {
            this.onWire = onWire;
        }

        static Verdict of(int onWire) {
            for (Verdict verdict : values()) {
                if (verdict.onWire == onWire) {
                    return verdict;
                }
            }
            return OTHER;
        }
    }

    default ByteBuffer encode() {
        return switch (this) {
            case Ask(int version, boolean plain, InfoHash swarm) -> encode(version, plain, swarm.bytes());
            case Answer(int version, boolean plain, Verdict verdict) ->
                encode(version, plain, new byte[] {(byte) verdict.onWire});
        };
    }

    private static ByteBuffer encode(int version, boolean plain, byte[] rest) {
        return ByteBuffer.allocate(HEAD + rest.length)
                .put(MAGIC)
                .put((byte) version)
                .put((byte) (plain ? PLAIN : 0))
                .putShort((short) rest.length)
                .put(rest)
                .flip();
    }

    static Ask readAsk(Line line) throws IOException {
        Words words = read(line, InfoHash.LENGTH_BYTES);
        return new Ask(words.version, words.plain, InfoHash.ofDigest(Arrays.copyOf(words.rest, InfoHash.LENGTH_BYTES)));
    }

    static Answer readAnswer(Line line) throws IOException {
        Words words = read(line, 1);
        return new Answer(words.version, words.plain, Verdict.of(words.rest[0] & 0xff));
    }

    /** What both greetings have. */
    final class Words {
        private final int version;
        private final boolean plain;
        private final byte[] rest;

        private Words(int version, boolean plain, byte[] rest) {
            this.version = version;
            this.plain = plain;
            this.rest = rest;
        }
    }

    private static Words read(Line line, int restMin) throws IOException {
        ByteBuffer head = ByteBuffer.wrap(readFully(line, HEAD));
        byte[] magic = new byte[MAGIC.length];
        head.get(magic);
        int version = head.get() & 0xff;
        boolean plain = (head.get() & PLAIN) != 0;
        int length = head.getShort() & 0xffff;
        if (!Arrays.equals(magic, MAGIC) || version < 1 || length < restMin || length > REST_MAX) {
            throw new MalformedException("it does not speak the channel's protocol");
        }
        return new Words(version, plain, readFully(line, length));
    }

    /** Takes exactly so many bytes off the line. */
    static byte[] readFully(Line line, int length) throws IOException {
        byte[] bytes = new byte[length];
        int have = 0;
        while (have < length) {
            ByteBuffer more = line.next();
            if (more == null) {
                if (line.fill(Buffers.BATCH) < 0) {
                    throw new EOFException("it hung up after " + have + " of " + length + " bytes");
                }
            } else {
                int part = Math.min(more.remaining(), length - have);
                more.get(bytes, have, part);
                have += part;
            }
        }
        return bytes;
    }

    /** What came is no greeting. */
    final class MalformedException extends IOException {
        private static final long serialVersionUID = 1;

        MalformedException(String message) {
            super(message);
        }
    }

    /** The swarm that a BitTorrent handshake (BEP 3: 68 bytes) asks for; empty when it is none. */
    static Optional<InfoHash> swarmOf(byte[] handshake) {
        boolean bitTorrent = handshake.length == BitTorrent.HANDSHAKE_LENGTH
                && Arrays.equals(handshake, 0, BitTorrent.START.length, BitTorrent.START, 0, BitTorrent.START.length);
        return bitTorrent
                ? Optional.of(InfoHash.ofDigest(
                        Arrays.copyOfRange(handshake, BitTorrent.HASH_AT, BitTorrent.HASH_AT + InfoHash.LENGTH_BYTES)))
                : Optional.empty();
    }

    /** Where things stand in a BitTorrent handshake. */
    final class BitTorrent {
        static final int HANDSHAKE_LENGTH = 68;
        private static final int HASH_AT = 28;
        private static final byte[] START = "\u0013BitTorrent protocol".getBytes(StandardCharsets.ISO_8859_1);

        private BitTorrent() {}
    }
}
