package packhorse.peer.agent;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.FrameException;
import packhorse.core.message.v1.Ack;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Failure;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;

/**
 * The agent's Unix domain socket, for the command line on the same machine. Whoever may open the file (mode 0600) may ask.
 *
 * <p>Each connection has two virtual threads: one reads requests, which also notices that the other side went away, one
 * writes replies. Between the agent and the writer lies a queue of final replies and a single place for the newest progress,
 * so a client that does not read costs memory for one reply and nobody else's time. A frame that is no request closes its
 * connection and nothing else. At most {@value #CONNECTIONS_MAX} connections are open; for the next one, the oldest that has
 * not asked anything yet gives way, and where all have asked it is told so.
 */
final class LocalDoor implements AutoCloseable {
    /** More command lines than this do not run on one machine at a time; each costs two virtual threads. */
    static final int CONNECTIONS_MAX = 64;
    /** Replies waiting for a client that does not read: the members of a large bundle and the last word. */
    private static final int REPLIES_WAITING_MAX = 4096;
    /** After a connection that could not be taken. */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Logger LOG = LoggerFactory.getLogger(LocalDoor.class);

    private final Path path;
    private final ServerSocketChannel server;
    private final BiConsumer<LocalRequest, ReplySink> agent;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock; in the order of arrival.
    private final Set<Connection> connections = new LinkedHashSet<>();

    private LocalDoor(Path path, ServerSocketChannel server, BiConsumer<LocalRequest, ReplySink> agent) {
        this.path = path;
        this.server = server;
        this.agent = agent;
    }

    /**
     * Listens at {@code path}. A socket file that a dead agent left is replaced.
     *
     * @throws UsageException when a living agent listens there, or something that is no socket is in the way
     * @throws OperationException when the socket cannot be made
     */
    static LocalDoor open(Path path, BiConsumer<LocalRequest, ReplySink> agent) {
        try {
            Path parent = path.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            removeStale(path);
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                // Bound under a private name, closed to others, and only then put where people look.
                Path nascent = path.resolveSibling(path.getFileName() + ".new");
                Files.deleteIfExists(nascent);
                server.bind(UnixDomainSocketAddress.of(nascent));
                Files.setPosixFilePermissions(nascent, PosixFilePermissions.fromString("rw-------"));
                Files.move(nascent, path, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException | RuntimeException e) {
                server.close();
                throw e;
            }
            LocalDoor door = new LocalDoor(path, server, agent);
            Thread.ofVirtual().name("local-door").start(door::acceptAll);
            return door;
        } catch (FileAlreadyExistsException e) {
            throw new UsageException("the socket " + path + " is in use by another agent; stop it or set socket:", e);
        } catch (IOException e) {
            throw new OperationException(
                    "cannot make the socket " + path + ": " + e.getMessage() + "; set socket: to another place", e);
        }
    }

    private static void removeStale(Path path) throws IOException {
        if (!Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        boolean plain = Files.isRegularFile(path) || Files.isDirectory(path) || Files.isSymbolicLink(path);
        if (plain) {
            throw new UsageException(path + " is in the way of the agent's socket and is no socket; move it away");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException refused) {
            Files.deleteIfExists(path);
            return;
        }
        throw new UsageException("the socket " + path + " is in use by another agent; stop it or set socket:");
    }

    /** Where it listens. */
    Path path() {
        return path;
    }

    private void acceptAll() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                Optional<Connection> admitted = admit(channel);
                if (admitted.isEmpty()) {
                    refuse(channel);
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("the local socket {} failed to take a connection: {}", path, e.getMessage());
                // No descriptors left, most likely: rest instead of spinning.
                LockSupport.parkNanos(REST_NANOS);
            }
        }
    }

    private Optional<Connection> admit(SocketChannel channel) {
        Connection connection;
        lock.lock();
        try {
            if (connections.size() >= CONNECTIONS_MAX) {
                Optional<Connection> silent =
                        connections.stream().filter(c -> !c.hasAsked).findFirst();
                if (silent.isEmpty()) {
                    return Optional.empty();
                }
                connections.remove(silent.get());
                silent.get().end();
            }
            connection = new Connection(channel);
            connections.add(connection);
        } finally {
            lock.unlock();
        }
        connection.start();
        return Optional.of(connection);
    }

    private static void refuse(SocketChannel channel) {
        try (channel) {
            FrameCodec.write(
                    channel,
                    envelope(failure(
                            3, "the agent already answers " + CONNECTIONS_MAX + " others; try again in a moment")));
        } catch (IOException e) {
            LOG.debug("could not refuse a connection: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(path);
            server.close();
        } catch (IOException e) {
            LOG.debug("closing {}: {}", path, e.getMessage());
        }
        lock.lock();
        try {
            connections.forEach(Connection::endWhenWritten);
            connections.clear();
        } finally {
            lock.unlock();
        }
    }

    static LocalReply failure(int exitCode, String reason) {
        return LocalReply.newBuilder()
                .setFailed(Failure.newBuilder().setExitCode(exitCode).setReason(reason))
                .build();
    }

    static LocalReply done() {
        return LocalReply.newBuilder().setDone(Ack.getDefaultInstance()).build();
    }

    private static Envelope envelope(LocalReply reply) {
        return Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setLocalReply(reply)
                .build();
    }

    /** A well-formed frame that asks for nothing we know, or out of turn. */
    private static final class UnknownRequest extends IOException {
        private static final long serialVersionUID = 1;

        UnknownRequest(String message) {
            super(message);
        }
    }

    /** One client. */
    private final class Connection implements ReplySink {
        private final SocketChannel channel;
        private final ReentrantLock queueLock = new ReentrantLock();
        private final Condition more = queueLock.newCondition();
        // Guarded by queueLock.
        private final ArrayDeque<LocalReply> replies = new ArrayDeque<>();
        // Guarded by queueLock.
        private @Nullable LocalReply progress;
        // Guarded by queueLock.
        private boolean answering;
        // Guarded by queueLock.
        private boolean closing;
        private volatile boolean hasAsked;
        private volatile boolean gone;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }

        void start() {
            Thread.ofVirtual().name("local-reader").start(this::readAll);
            Thread.ofVirtual().name("local-writer").start(this::writeAll);
        }

        private void readAll() {
            try {
                InputStream in = Channels.newInputStream(channel);
                for (Optional<Envelope> next = FrameCodec.read(in); next.isPresent(); next = FrameCodec.read(in)) {
                    take(next.get());
                }
                end();
            } catch (FrameException | UnknownRequest e) {
                LOG.warn("a local connection is closed: {}", e.getMessage());
                send(failure(2, "the agent closes the connection: " + e.getMessage()));
                endWhenWritten();
            } catch (AsynchronousCloseException e) {
                end();
            } catch (IOException | UnsupportedOperationException e) {
                LOG.debug("a local connection broke: {}", e.getMessage());
                end();
            }
        }

        private void take(Envelope envelope) throws UnknownRequest {
            boolean request = envelope.getBodyCase() == Envelope.BodyCase.LOCAL_REQUEST
                    && envelope.getLocalRequest().getWhatCase() != LocalRequest.WhatCase.WHAT_NOT_SET;
            if (!request) {
                throw new UnknownRequest("a frame on the local socket is no request that this agent knows");
            }
            queueLock.lock();
            try {
                if (answering) {
                    throw new UnknownRequest("a second request before the first one's last reply");
                }
                answering = true;
            } finally {
                queueLock.unlock();
            }
            hasAsked = true;
            agent.accept(envelope.getLocalRequest(), this);
        }

        @Override
        public void send(LocalReply reply) {
            queueLock.lock();
            try {
                if (reply.hasProgress()) {
                    progress = reply;
                } else if (replies.size() < REPLIES_WAITING_MAX) {
                    progress = null;
                    replies.add(reply);
                    if (reply.hasDone() || reply.hasFailed()) {
                        answering = false;
                    }
                } else {
                    closing = true;
                }
                more.signalAll();
            } finally {
                queueLock.unlock();
            }
        }

        @Override
        public boolean gone() {
            return gone;
        }

        private void writeAll() {
            try {
                for (LocalReply reply = next(); reply != null; reply = next()) {
                    FrameCodec.write(channel, envelope(reply));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                LOG.debug("a local client went away: {}", e.getMessage());
            }
            end();
        }

        private @Nullable LocalReply next() throws InterruptedException {
            queueLock.lock();
            try {
                while (replies.isEmpty() && progress == null && !closing) {
                    more.await();
                }
                LocalReply reply = replies.poll();
                if (reply == null) {
                    reply = progress;
                    progress = null;
                }
                return reply;
            } finally {
                queueLock.unlock();
            }
        }

        /** Ends once everything said so far is written. */
        void endWhenWritten() {
            queueLock.lock();
            try {
                closing = true;
                more.signalAll();
            } finally {
                queueLock.unlock();
            }
        }

        void end() {
            gone = true;
            endWhenWritten();
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("closing a local connection: {}", e.getMessage());
            }
            lock.lock();
            try {
                connections.remove(this);
            } finally {
                lock.unlock();
            }
        }
    }
}
