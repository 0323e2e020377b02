package packhorse.peer.channel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** Stands on the way to a peer, sees every byte, and can be cut. */
final class Wire implements AutoCloseable {
    private final ServerSocket door;
    private final PeerAddress target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

    Wire(String ip, PeerAddress target) throws IOException {
        this.door = new ServerSocket(0, 50, InetAddress.getByName(ip));
        this.target = target;
        Thread.ofVirtual().start(this::serve);
    }

    PeerAddress at() {
        return new PeerAddress(IpAddress.parse(door.getInetAddress().getHostAddress()), door.getLocalPort());
    }

    private void serve() {
        try {
            while (!door.isClosed()) {
                Socket here = door.accept();
                Socket there = new Socket(target.ip().toString(), target.port());
                sockets.add(here);
                sockets.add(there);
                Thread.ofVirtual().start(() -> copy(here, there));
                Thread.ofVirtual().start(() -> copy(there, here));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[16 << 10];
        try {
            int read = from.getInputStream().read(buffer);
            while (read >= 0) {
                synchronized (seen) {
                    seen.write(buffer, 0, read);
                }
                to.getOutputStream().write(buffer, 0, read);
                read = from.getInputStream().read(buffer);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // One side hung up.
        }
    }

    /** Whether {@code bytes} went by in the clear, in one piece. */
    boolean saw(byte[] bytes) {
        byte[] all;
        synchronized (seen) {
            all = seen.toByteArray();
        }
        outer:
        for (int i = 0; i + bytes.length <= all.length; i++) {
            for (int j = 0; j < bytes.length; j++) {
                if (all[i + j] != bytes[j]) {
                    continue outer;
                }
            }
            return true;
        }
        return false;
    }

    /** As a cable that is pulled and a firewall that resets. */
    void cut() {
        for (Socket socket : sockets) {
            try {
                if (!socket.isClosed()) {
                    socket.setSoLinger(true, 0);
                    socket.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        cut();
    }
}
