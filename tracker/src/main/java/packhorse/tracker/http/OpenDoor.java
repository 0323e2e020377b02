package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Optional;
import packhorse.core.content.Manifest;
import packhorse.core.content.Pack;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Torrents;
import packhorse.core.trust.VerifiedManifest;
import packhorse.tracker.catalogue.Mirror;

/**
 * {@code GET /open}: what was published for everybody, one path a line; {@code GET /open/publisher/product/version/platform.torrent}:
 * its torrent for other BitTorrent clients, announcing to this tracker.
 */
final class OpenDoor {
    private static final String TORRENT = ".torrent";
    private static final String JSON = ".json";

    private final Mirror mirror;
    private final Doors.AnnounceUrls announceUrls;

    OpenDoor(Mirror mirror, Doors.AnnounceUrls announceUrls) {
        this.mirror = mirror;
        this.announceUrls = announceUrls;
    }

    void open(RoutesConfig routes) {
        routes.get("/open", this::list);
        routes.get("/open/<path>", this::torrent);
    }

    private void list(Context request) {
        StringBuilder lines = new StringBuilder();
        for (VerifiedManifest verified : mirror.manifests()) {
            Manifest manifest = verified.manifest();
            if (manifest.openSwarm().isPresent()) {
                lines.append("/open/").append(torrentPath(manifest.id())).append('\n');
            }
        }
        request.result(lines.toString());
    }

    private static String torrentPath(ReleaseId id) {
        String path = id.targetPath();
        return path.substring(0, path.length() - JSON.length()) + TORRENT;
    }

    private void torrent(Context request) {
        String path = request.pathParam("path");
        Optional<Pack.OpenSwarm> open = mirror.manifests().stream()
                .map(VerifiedManifest::manifest)
                .filter(manifest -> torrentPath(manifest.id()).equals(path))
                .findFirst()
                .flatMap(Manifest::openSwarm);
        if (open.isEmpty()) {
            request.status(404)
                    .result("no release " + path + " was published for everybody; /open lists those that were\n");
            return;
        }
        byte[] torrent = Torrents.withAnnounce(mirror.objectBytes(open.get().torrent()), announceUrls.urls());
        request.contentType("application/x-bittorrent")
                .header("Content-Disposition", "attachment; filename=\"" + path.replace('/', '_') + "\"")
                .result(torrent);
    }
}
