package packhorse.dist.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.message.v1.Pulled;
import packhorse.core.message.v1.Role;
import packhorse.core.testing.OutsideProgram;

/** Other BitTorrent clients: an open release they get whole, of any other the tracker does not know, and no site's rule breaks. */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
final class OutsiderTest {
    private static final long DOWNLOAD_SECONDS_MAX = 90;
    private static final long BYTES = 12L << 20;

    @TempDir
    private static Path folder = Path.of("");

    private static Lab lab = lab();
    private static Path content = Path.of("");

    private static Lab lab() {
        try {
            return Lab.start(1, 1, "100Mbit", true, AgentSettings.PLAIN);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void publish() throws Exception {
        content = Lab.content(folder, "12MiB", 21);
        lab.publish(content, "1.0", true);
        lab.publish(Lab.content(folder, "1MiB", 22), "2.0", false);
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    private static HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(lab.deployment().trackerUrl() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }

    private static Path torrent(Path target) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = get("/open/" + Lab.PRODUCT + "/1.0/any.torrent");
        assertEquals(200, answer.statusCode());
        return Files.write(target, answer.body());
    }

    private static void run(List<String> command, Path log) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertTrue(
                    process.waitFor(DOWNLOAD_SECONDS_MAX, TimeUnit.SECONDS) && process.exitValue() == 0,
                    () -> command + ": " + read(log));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void assertWhole(Path into) throws IOException {
        try (var files = Files.list(into)) {
            Path file = files.filter(each -> !each.toString().endsWith(".torrent")
                            && !each.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
            assertEquals(-1, Files.mismatch(content, file));
        }
    }

    private static List<String> aria2(Path into, Path torrent, String... more) {
        List<String> command = new java.util.ArrayList<>(List.of(
                OutsideProgram.require("aria2c").toString(),
                "--enable-dht=false",
                "--bt-enable-lpd=false",
                "--enable-peer-exchange=false",
                "--seed-time=0",
                "--file-allocation=none",
                "--listen-port=16881-16999",
                "--interface=" + lab.deployment().addresses().outsider(),
                "--bt-stop-timeout=60",
                "--dir=" + into));
        command.addAll(List.of(more));
        command.add(torrent.toString());
        return command;
    }

    @Test
    void aria2DownloadsAnOpenReleaseWhole() throws Exception {
        OutsideProgram.require("aria2c");
        Path into = Files.createDirectory(folder.resolve("aria2"));
        run(aria2(into, torrent(into.resolve("open.torrent"))), into.resolve("aria2.log"));
        assertWhole(into);
    }

    private static List<String> libtorrent(Path into, Path torrent, String scheme) throws IOException {
        Path script = Files.writeString(folder.resolve("download.py"), """
            import libtorrent as lt, sys, time
            torrent, into, scheme, ip = sys.argv[1:5]
            session = lt.session({'listen_interfaces': ip + ':0', 'outgoing_interfaces': ip, 'enable_dht': False,
                                  'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False})
            params = lt.add_torrent_params()
            params.ti = lt.torrent_info(torrent)
            params.save_path = into
            handle = session.add_torrent(params)
            urls = [t['url'] for t in handle.trackers()]
            wanted = [u for u in urls if u.startswith(scheme + '://')]
            assert wanted, (scheme, urls)
            handle.replace_trackers([{'url': u, 'tier': 0} for u in wanted])
            handle.force_reannounce()
            for _ in range(800):
                if handle.status().is_seeding:
                    print('whole, by', wanted)
                    sys.exit(0)
                time.sleep(0.1)
            print(handle.status().progress, [a.message() for a in session.pop_alerts()])
            sys.exit(1)
            """);
        return List.of(
                OutsideProgram.requirePythonLibtorrent().toString(),
                script.toString(),
                torrent.toString(),
                into.toString(),
                scheme,
                lab.deployment().addresses().outsider().toString());
    }

    @Test
    void libtorrentDownloadsAnOpenReleaseWholeByTheHttpTracker() throws Exception {
        OutsideProgram.requirePythonLibtorrent();
        Path into = Files.createDirectory(folder.resolve("libtorrent-http"));
        run(libtorrent(into, torrent(into.resolve("open.torrent")), "http"), into.resolve("download.log"));
        assertWhole(into);
    }

    @Test
    void libtorrentDownloadsAnOpenReleaseWholeByTheUdpTracker() throws Exception {
        OutsideProgram.requirePythonLibtorrent();
        Path into = Files.createDirectory(folder.resolve("libtorrent-udp"));
        run(libtorrent(into, torrent(into.resolve("open.torrent")), "udp"), into.resolve("download.log"));
        assertWhole(into);
    }

    @Test
    void outsidersDoNotBreakASitesRule() throws Exception {
        OutsideProgram.require("aria2c");
        Path into = Files.createDirectory(folder.resolve("aria2-beside"));
        Path torrent = torrent(into.resolve("open.torrent"));
        Future<Pulled> sitePeer = lab.pull(lab.sitePeer(1), "1.0");
        // For a site peer that is late nobody waits longer than two seconds.
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Lab.pack(lab.sitePeer(1).agent()).getRole() == Role.ROLE_SITE_PEER);
        Future<Pulled> endpoint = lab.pull(lab.endpoint(1, 1), "1.0");
        run(aria2(into, torrent), into.resolve("aria2.log"));
        endpoint.get(DOWNLOAD_SECONDS_MAX, TimeUnit.SECONDS);
        sitePeer.get(DOWNLOAD_SECONDS_MAX, TimeUnit.SECONDS);

        assertEquals(0, Lab.bytesIn(lab.endpoint(1, 1).agent(), true), "bytes an endpoint had over the line");
        long wan = Lab.bytesIn(lab.sitePeer(1).agent(), true);
        assertTrue(wan <= BYTES * 1.02, "bytes over the line: " + wan);
        assertEquals(
                0,
                Lab.bytesFrom(
                        lab.sitePeer(1).agent(), lab.deployment().addresses().outsider()),
                "bytes from an outsider");
    }

    @Test
    void ofAReleaseThatIsNotOpenTheTrackerKnowsNothing() throws Exception {
        assertEquals(404, get("/open/" + Lab.PRODUCT + "/2.0/any.torrent").statusCode());
        byte[] infoHash = MessageDigest.getInstance("SHA-1").digest(new byte[] {1, 2, 3});
        String query = "/announce?info_hash="
                + URLEncoder.encode(new String(infoHash, StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1)
                + "&peer_id=-XX0001-123456789012&port=16881&uploaded=0&downloaded=0&left=1&compact=1";
        String answer = new String(get(query).body(), StandardCharsets.ISO_8859_1);
        assertTrue(answer.contains("failure reason"), answer);
    }

    @Test
    void theOpenTorrentIsTheSameEveryTime() throws Exception {
        assertArrayEquals(
                get("/open/" + Lab.PRODUCT + "/1.0/any.torrent").body(),
                get("/open/" + Lab.PRODUCT + "/1.0/any.torrent").body());
    }
}
