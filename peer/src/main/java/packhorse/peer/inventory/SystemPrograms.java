package packhorse.peer.inventory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the system's own programs, each bounded in time and words; one that does not end is killed. */
final class SystemPrograms implements Programs {
    private static final Logger LOG = LoggerFactory.getLogger(SystemPrograms.class);

    /** dpkg-query lists 4,000 packages in half a second; a disk that is asleep takes some more. */
    private static final long SECONDS_MAX = 60;

    /** 20,000 packages have about 3 MiB. */
    private static final int BYTES_MAX = 16 << 20;

    @Override
    public Optional<String> output(List<String> command) {
        Process process;
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().put("LC_ALL", "C.UTF-8");
            process = builder.start();
        } catch (IOException e) {
            LOG.debug("{} is not there: {}", command.getFirst(), e.getMessage());
            return Optional.empty();
        }
        try {
            process.getOutputStream().close();
            CompletableFuture<byte[]> output = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> read(process.getInputStream(), output));
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("{} did not end within {} s; the inventory goes without", command.getFirst(), SECONDS_MAX);
                return Optional.empty();
            }
            byte[] bytes = output.get(SECONDS_MAX, TimeUnit.SECONDS);
            return process.exitValue() == 0 && bytes.length <= BYTES_MAX
                    ? Optional.of(new String(bytes, StandardCharsets.UTF_8))
                    : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (IOException | java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.debug("{} cannot be read: {}", command.getFirst(), e.toString());
            return Optional.empty();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Reads one byte more than is allowed, so that too much is seen, and the rest away, so that the program can end. */
    private static void read(InputStream in, CompletableFuture<byte[]> output) {
        try (in) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            output.complete(bytes);
            in.skip(Long.MAX_VALUE);
        } catch (IOException e) {
            output.completeExceptionally(e);
        }
    }
}
