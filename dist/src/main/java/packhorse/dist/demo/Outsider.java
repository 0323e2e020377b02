package packhorse.dist.demo;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import packhorse.core.OperationException;

/** Somebody with another BitTorrent client, aria2, who knows nothing but an open release's torrent. */
final class Outsider {
    private static final Duration DOWNLOAD_MAX = Duration.ofMinutes(5);
    private static final int OK = 200;

    private final Deployment deployment;

    Outsider(Deployment deployment) {
        this.deployment = deployment;
    }

    /** What came of a download of the torrent at {@code url}, in a line; fails when what came is not what was published. */
    String download(String url, String sha256) throws InterruptedException {
        Optional<Path> aria2 = onPath("aria2c");
        if (aria2.isEmpty()) {
            return "aria2c is not installed, so nobody tried (apt-get install aria2)";
        }
        Path into = deployment.scratch().folder("outsider");
        Path torrent = fetch(url, into.resolve("open.torrent"));
        long start = System.nanoTime();
        deployment.foreign(
                "aria2c",
                DOWNLOAD_MAX,
                List.of(
                        aria2.get().toString(),
                        "--stop-with-process=" + ProcessHandle.current().pid(),
                        "--enable-dht=false",
                        "--bt-enable-lpd=false",
                        "--enable-peer-exchange=false",
                        "--seed-time=0",
                        "--file-allocation=none",
                        "--interface=" + deployment.addresses().outsider(),
                        "--dir=" + into,
                        torrent.toString()));
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!Demo.sha256(into.resolve(sha256)).equals(sha256)) {
            throw new OperationException("what aria2 downloaded from " + url + " is not what was published");
        }
        return String.format(Locale.ROOT, "aria2 downloaded it whole in %.1f s, identical", seconds);
    }

    private static Path fetch(String url, Path file) throws InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<Path> answer =
                    http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofFile(file));
            if (answer.statusCode() != OK) {
                throw new OperationException("the tracker answers " + answer.statusCode() + " for " + url);
            }
            return file;
        } catch (IOException e) {
            throw new OperationException("cannot fetch " + url + ": " + e.getMessage(), e);
        }
    }

    private static Optional<Path> onPath(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder).resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
