package packhorse.peer.channel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;

/**
 * All listening sockets of a channel, the public ones and one for each alias, watched by one thread, which also looks at the clock for
 * everybody. Whoever comes is handed on at once as a blocking socket.
 */
final class Doors implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Doors.class);

    /** How often the clock is looked at: deadlines are seconds. */
    private static final long LOOK_MILLIS = 250;
    /** Connections that the kernel holds until they are accepted. */
    private static final int BACKLOG = 256;
    /** After a failed accept (no descriptors left) the doors rest this long instead of spinning. */
    private static final long REST_MILLIS = 100;

    private final Selector selector;
    private final Runnable look;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** @param look called several times a second */
    Doors(Runnable look) {
        this.look = look;
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new OperationException("no selector: " + e.getMessage(), e);
        }
        this.thread = Thread.ofPlatform().daemon().name("channel-doors").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * Opens a door.
     *
     * @param visitor called on the doors' thread with each connection, which it must hand on
     * @return the door; closing it ends it
     */
    ServerSocketChannel open(InetSocketAddress at, Consumer<SocketChannel> visitor) throws IOException {
        ServerSocketChannel door = ServerSocketChannel.open();
        try {
            door.bind(at, BACKLOG);
            door.configureBlocking(false);
            door.register(selector, SelectionKey.OP_ACCEPT, visitor);
            selector.wakeup();
            return door;
        } catch (IOException e) {
            door.close();
            throw e;
        }
    }

    /** Closes a door at once; the selector lets go of a closed one only when it is woken. */
    void close(ServerSocketChannel door) {
        try {
            door.close();
        } catch (IOException e) {
            LOG.debug("closing {}", door, e);
        }
        selector.wakeup();
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                boolean rest = selectOnce();
                look.run();
                if (rest && closed.await(REST_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (ClosedSelectorException e) {
            LOG.trace("the doors are closed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.error("the channel's doors failed: nobody is let in any more", e);
        }
    }

    /** True when a door could not let anybody in. */
    private boolean selectOnce() throws IOException {
        boolean[] failed = new boolean[1];
        selector.select(key -> failed[0] |= !accept(key), LOOK_MILLIS);
        return failed[0];
    }

    @SuppressWarnings("unchecked")
    private static boolean accept(SelectionKey key) {
        try {
            SocketChannel visitor = ((ServerSocketChannel) key.channel()).accept();
            if (visitor != null) {
                visitor.configureBlocking(true);
                ((Consumer<SocketChannel>) key.attachment()).accept(visitor);
            }
            return true;
        } catch (ClosedChannelException e) {
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.warn("a connection could not be taken: {}", e.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        if (!selector.isOpen()) {
            return;
        }
        closed.countDown();
        try {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            LOG.debug("closing the doors", e);
        }
    }
}
