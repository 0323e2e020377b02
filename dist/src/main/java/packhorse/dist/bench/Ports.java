package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Free ports for programs that want to be told theirs, and whether somebody listens yet. */
final class Ports {
    /** Other programs of a benchmark live at this address of the loopback network, where nothing else is expected. */
    static final String ADDRESS = "127.50.0.1";

    private Ports() {}

    static InetSocketAddress free() {
        return free(ADDRESS);
    }

    /** A port of {@code address} that was free a moment ago. */
    static InetSocketAddress free(String address) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return new InetSocketAddress(address, socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether somebody accepts connections there. */
    static boolean listens(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
