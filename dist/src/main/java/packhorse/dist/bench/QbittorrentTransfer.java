package packhorse.dist.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import packhorse.core.OperationException;
import packhorse.core.content.Torrent;

/**
 * qBittorrent without a screen, seed to receiver, driven through its Web API; the hybrid torrent, peers given by hand. As
 * Debian ships it but for what would make it wait or wander: its legal notice, DHT, LSD, PEX, port forwarding, queueing and
 * uTP, which is slow on loopback.
 */
final class QbittorrentTransfer implements Transfer {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String BOUNDARY = "packhorse-bench-boundary";

    private final Path program;
    private final Scratch scratch;
    private final Torrent torrent;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Instance seed;

    /** One running program. */
    private record Instance(Child child, String api, InetSocketAddress swarm) {}

    QbittorrentTransfer(Path program, Scratch scratch, Path content, Torrent hybrid) {
        this.program = program;
        this.scratch = scratch;
        this.torrent = hybrid;
        this.seed = start("qbt-seed");
        add(seed, content, true);
        seed.child().await("seeding", LIMIT, () -> state(seed).contains("\"progress\":1,"));
    }

    private Instance start(String name) {
        InetSocketAddress web = Ports.free();
        InetSocketAddress swarm = Ports.free();
        scratch.write(name + "-profile/qBittorrent/config/qBittorrent.conf", """
            [LegalNotice]
            Accepted=true
            [BitTorrent]
            Session\\BTProtocol=TCP
            Session\\DHTEnabled=false
            Session\\LSDEnabled=false
            Session\\PeXEnabled=false
            Session\\QueueingSystemEnabled=false
            Session\\Port=%d
            Session\\InterfaceAddress=%s
            [Network]
            PortForwardingEnabled=false
            [Preferences]
            WebUI\\Address=%s
            WebUI\\Port=%d
            WebUI\\LocalHostAuth=false
            WebUI\\AuthSubnetWhitelist=127.0.0.0/8
            WebUI\\AuthSubnetWhitelistEnabled=true
            WebUI\\UseUPnP=false
            """.formatted(
                        swarm.getPort(), Ports.ADDRESS, Ports.ADDRESS, web.getPort()));
        Child child =
                Child.start(name, scratch, List.of(program.toString(), "--profile=" + scratch.path(name + "-profile")));
        Instance instance = new Instance(child, "http://" + Ports.ADDRESS + ":" + web.getPort() + "/api/v2", swarm);
        child.await("answering", Duration.ofSeconds(60), () -> Ports.listens(web) && Ports.listens(swarm));
        return instance;
    }

    private void add(Instance instance, Path folder, boolean complete) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        part(body, "\"savepath\"", folder.toString().getBytes(StandardCharsets.UTF_8));
        part(body, "\"skip_checking\"", Boolean.toString(complete).getBytes(StandardCharsets.UTF_8));
        part(body, "\"torrents\"; filename=\"content.torrent\"", torrent.bytes());
        body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        String said = send(HttpRequest.newBuilder(URI.create(instance.api() + "/torrents/add"))
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
        if (!said.startsWith("Ok")) {
            throw new OperationException("qbittorrent-nox refuses the torrent: " + said);
        }
    }

    private static void part(ByteArrayOutputStream body, String name, byte[] value) {
        body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=" + name + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(value);
        body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }

    private String state(Instance instance) {
        return send(HttpRequest.newBuilder(URI.create(instance.api() + "/torrents/info")));
    }

    private String send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted", e);
        }
    }

    @Override
    public Cost fetch(int round) {
        String name = "qbt-leech-" + round;
        Instance leech = start(name);
        double cpu = seed.child().cpuSeconds() + leech.child().cpuSeconds();
        long start = System.nanoTime();
        add(leech, scratch.folder(name), false);
        String hash = torrent.infoHash().hex();
        String v2 = torrent.infoHashV2().orElseThrow().hex().substring(0, hash.length());
        leech.child().await("added", LIMIT, () -> state(leech).contains("\"progress\""));
        send(HttpRequest.newBuilder(URI.create(leech.api() + "/torrents/addPeers"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("hashes="
                        + URLEncoder.encode(hash + "|" + v2, StandardCharsets.UTF_8) + "&peers="
                        + Ports.ADDRESS + ":" + seed.swarm().getPort())));
        leech.child().await("done", LIMIT, () -> state(leech).contains("\"progress\":1,"));
        Cost cost = new Cost(
                (System.nanoTime() - start) / 1e9,
                seed.child().cpuSeconds() + leech.child().cpuSeconds() - cpu);
        leech.child().close();
        scratch.delete(name);
        scratch.delete(name + "-profile");
        return cost;
    }

    @Override
    public void close() {
        seed.child().close();
    }
}
