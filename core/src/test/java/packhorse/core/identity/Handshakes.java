package packhorse.core.identity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import packhorse.core.identity.TlsProfile.ClientCertificate;

/** Two ends of a real TLS connection on this machine, and what each made of the other. */
final class Handshakes implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final SSLServerSocket listening;
    private final SSLContext server;

    Handshakes(SSLContext server, ClientCertificate certificate) throws IOException {
        this.server = server;
        listening = (SSLServerSocket)
                this.server.getServerSocketFactory().createServerSocket(0, 8, InetAddress.getByName("127.10.4.1"));
        listening.setSSLParameters(TlsProfile.server(certificate));
        listening.setSoTimeout(TIMEOUT_MILLIS);
    }

    /**
     * What came of one connection; a side that failed has a fault, one that succeeded the other's session.
     *
     * @param atServer the session as the server sees it
     * @param atClient the session as the client sees it
     * @param serverFault why the server broke it off
     * @param clientFault why the client did
     */
    record Met(
            @Nullable SSLSession atServer,
            @Nullable SSLSession atClient,
            @Nullable IOException serverFault,
            @Nullable IOException clientFault) {
        RemoteIdentity seenByServer() {
            if (atServer == null) {
                throw new AssertionError("the server refused", serverFault);
            }
            return RemoteIdentity.of(atServer);
        }

        RemoteIdentity seenByClient() {
            if (atClient == null) {
                throw new AssertionError("the client refused", clientFault);
            }
            return RemoteIdentity.of(atClient);
        }

        String serverSays() {
            return serverFault == null ? "nothing" : String.valueOf(serverFault.getMessage());
        }

        String clientSays() {
            return clientFault == null ? "nothing" : String.valueOf(clientFault.getMessage());
        }
    }

    /** A connection that stays open. */
    record Open(SSLSocket atServer, SSLSocket atClient) implements AutoCloseable {
        /** One byte there and back. */
        void pingPong() throws IOException {
            atClient.getOutputStream().write(1);
            atServer.getOutputStream().write(atServer.getInputStream().read());
            if (atClient.getInputStream().read() != 1) {
                throw new AssertionError("the byte did not come back");
            }
        }

        @Override
        public void close() throws IOException {
            atClient.close();
            atServer.close();
        }
    }

    Open open(SSLContext client) throws IOException {
        CompletableFuture<SSLSocket> accepted = CompletableFuture.supplyAsync(() -> {
            try {
                SSLSocket server = accept();
                server.startHandshake();
                return server;
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
        SSLSocket socket = connect(client);
        socket.startHandshake();
        Open open = new Open(accepted.join(), socket);
        open.pingPong();
        return open;
    }

    Met meet(SSLContext client) throws IOException {
        IOException serverFault = null;
        IOException clientFault = null;
        SSLSession atClient = null;
        SSLSession atServer = null;
        CompletableFuture<@Nullable SSLSession> accepted = CompletableFuture.supplyAsync(() -> {
            try (SSLSocket socket = accept()) {
                socket.getOutputStream().write(1);
                return socket.getInputStream().read() == 1 ? socket.getSession() : null;
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
        try (SSLSocket socket = connect(client)) {
            if (socket.getInputStream().read() == 1) {
                socket.getOutputStream().write(1);
                atClient = socket.getSession();
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            clientFault = e;
        }
        try {
            atServer = accepted.join();
        } catch (CompletionException e) {
            serverFault = e.getCause() instanceof IOException fault ? fault : new IOException(e.getCause());
        }
        return new Met(atServer, atClient, serverFault, clientFault);
    }

    private SSLSocket connect(SSLContext client) throws IOException {
        SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket();
        socket.setSSLParameters(TlsProfile.client());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort()), TIMEOUT_MILLIS);
        return socket;
    }

    private SSLSocket accept() {
        try {
            SSLSocket socket = (SSLSocket) listening.accept();
            socket.setSoTimeout(TIMEOUT_MILLIS);
            return socket;
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
