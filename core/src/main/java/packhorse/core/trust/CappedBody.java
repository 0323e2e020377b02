package packhorse.core.trust;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** A response body gathered in memory that stops reading at the first byte too many, and says how far it is. */
public final class CappedBody implements BodySubscriber<byte[]> {
    /** The body is longer than allowed. */
    public static final class OverflowException extends IOException {
        private static final long serialVersionUID = 1;

        OverflowException(long lengthMax) {
            super("longer than " + lengthMax + " bytes");
        }
    }

    /** An error page up to this long is read to its end, so that the connection can be used again. */
    private static final long DISCARDED_BYTES_MAX = 4096;

    private final long lengthMax;
    private final boolean keeps;
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final AtomicLong received = new AtomicLong();
    private final AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
    /** Touched by the one thread that delivers, as Flow promises. */
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();

    private CappedBody(long lengthMax, boolean keeps) {
        this.lengthMax = lengthMax;
        this.keeps = keeps;
    }

    /** Gathers up to {@code lengthMax} bytes; one more fails with {@link OverflowException}. */
    public static CappedBody keeping(long lengthMax) {
        return new CappedBody(lengthMax, true);
    }

    /** Ends with the beginning of whatever comes; never fails because it is long. */
    public static CappedBody discarding() {
        return new CappedBody(DISCARDED_BYTES_MAX, false);
    }

    /** Bytes that arrived so far; any thread may ask. */
    long received() {
        return received.get();
    }

    /** Stops reading; any thread may call. */
    void cancel() {
        Flow.Subscription source = subscription.get();
        if (source != null) {
            source.cancel();
        }
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription source) {
        subscription.set(source);
        source.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (received.addAndGet(buffer.remaining()) > lengthMax) {
                cancel();
                if (keeps) {
                    whole.completeExceptionally(new OverflowException(lengthMax));
                } else {
                    whole.complete(gathered.toByteArray());
                }
                return;
            }
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            gathered.writeBytes(bytes);
        }
        Flow.Subscription source = subscription.get();
        if (source != null) {
            source.request(1);
        }
    }

    @Override
    public void onError(Throwable fault) {
        whole.completeExceptionally(fault);
    }

    @Override
    public void onComplete() {
        whole.complete(gathered.toByteArray());
    }
}
