package packhorse.tracker.udp;

import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proves that whoever asks receives what is sent to its address (BEP 15), without a table: a connection id is the first 64
 * bits of HMAC-SHA-256 over the address and the minute under a secret of this process. It is good in the minute it was made
 * in and the two after it, so for two minutes at the least, as BEP 15 asks.
 */
final class ConnectionIds {
    static final Duration STEP = Duration.ofMinutes(1);
    private static final int STEPS_GOOD = 3;
    private static final int ADDRESS_BYTES_MAX = 16;

    private final Mac mac;
    private final byte[] input = new byte[ADDRESS_BYTES_MAX + Long.BYTES];
    private final byte[] output;

    ConnectionIds(byte[] secret) {
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new AssertionError("every Java runtime has HmacSHA256", e);
        }
        output = new byte[mac.getMacLength()];
    }

    long make(byte[] address, Instant now) {
        return of(address, step(now));
    }

    boolean good(long id, byte[] address, Instant now) {
        long step = step(now);
        for (int back = 0; back < STEPS_GOOD; back++) {
            if (id == of(address, step - back)) {
                return true;
            }
        }
        return false;
    }

    private static long step(Instant now) {
        return Math.floorDiv(now.getEpochSecond(), STEP.toSeconds());
    }

    private long of(byte[] address, long step) {
        System.arraycopy(address, 0, input, 0, address.length);
        ByteBuffer.wrap(input).putLong(address.length, step);
        mac.update(input, 0, address.length + Long.BYTES);
        try {
            mac.doFinal(output, 0);
        } catch (ShortBufferException e) {
            throw new AssertionError("the buffer has the MAC's own length", e);
        }
        return ByteBuffer.wrap(output).getLong();
    }
}
