package packhorse.peer.channel;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.PeerAddress;

/**
 * Carries more bytes than one key may, many times over, in {@code both} directions at once or in {@code one}, in a JVM of its own: JSSE
 * reads the limit once. Says {@code carried} when everything arrived as it was sent.
 */
final class KeyUpdateMain {
    private static final int BYTES = 24 << 20;

    private KeyUpdateMain() {}

    public static void main(String[] args) throws Exception {
        // 256 KiB by one key: 96 times a new one.
        Security.setProperty("jdk.tls.keyLimits", "AES/GCM/NoPadding KeyUpdate 2^18");
        TestDeployment deployment = TestDeployment.create(Files.createTempDirectory(Path.of(args[0]), "keys"));
        byte[] bytes = new byte[BYTES];
        new Random(1).nextBytes(bytes);
        try (End a = new End(
                        deployment.identity(DeploymentRole.AGENT, "berlin"), "127.30.62.1", InstantSource.system());
                End b = new End(
                        deployment.identity(DeploymentRole.AGENT, "berlin"), "127.30.62.2", InstantSource.system())) {
            b.allows("x", a.near());
            PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                CompletableFuture<Void> there = carry(out, in, bytes);
                if (args[1].equals("both")) {
                    carry(in, out, bytes).join();
                }
                there.join();
            }
            End.awaitBooks("x", a, b);
        }
        System.out.println("carried");
    }

    private static CompletableFuture<Void> carry(Socket from, Socket to, byte[] bytes) {
        Thread.ofVirtual().start(() -> {
            try {
                End.send(from, bytes);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        if (!Arrays.equals(bytes, End.receive(to, bytes.length))) {
                            throw new IllegalStateException("other bytes arrived than were sent");
                        }
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }
}
