package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.core.bencode.Bencode;
import packhorse.core.content.InfoHash;
import packhorse.core.topology.PeerAddress;
import packhorse.tracker.announce.Answer;
import packhorse.tracker.announce.CompactPeers;
import packhorse.tracker.announce.Question;
import packhorse.tracker.announce.SwarmCounts;
import packhorse.tracker.session.OpenSwarmDesk;

/**
 * {@code GET /announce} and {@code /scrape}: the BitTorrent tracker over HTTP (BEP 3, 7, 23, 48).
 *
 * <p>A refusal is a dictionary with {@code failure reason} and status 200, as clients expect. Peers are compact unless a client asks for
 * {@code compact=0}; IPv6 peers go into {@code peers6}. Addresses that a client names itself ({@code ip}, {@code ipv4},
 * {@code ipv6}) are not believed: handed to others they would aim everybody at a stranger.
 */
final class AnnounceDoor {
    private static final int PEER_ID_BYTES = 20;

    /** Info-hashes of one scrape, as over UDP. */
    private static final int SCRAPE_MAX = 74;

    /** A client asks no sooner than this, whatever its user presses. */
    private static final int MIN_INTERVAL_SECONDS = 15;

    private final OpenSwarmDesk desk;

    AnnounceDoor(OpenSwarmDesk desk) {
        this.desk = desk;
    }

    void open(RoutesConfig routes) {
        routes.get("/announce", request -> answer(request, this::announce));
        routes.get("/scrape", request -> answer(request, this::scrape));
    }

    private interface Door {
        Bencode answer(Context request, AnnounceQuery query);
    }

    private static void answer(Context request, Door door) {
        Bencode answer;
        try {
            String query = request.queryString();
            answer = door.answer(request, AnnounceQuery.parse(query == null ? "" : query));
        } catch (IllegalArgumentException e) {
            answer = failure(String.valueOf(e.getMessage()));
        }
        request.contentType("text/plain").result(answer.encode());
    }

    private Bencode announce(Context request, AnnounceQuery query) {
        InfoHash infoHash = query.bytes("info_hash")
                .map(AnnounceDoor::infoHash)
                .orElseThrow(() -> new IllegalArgumentException("info_hash is missing"));
        byte[] peerId = query.bytes("peer_id").orElseThrow(() -> new IllegalArgumentException("peer_id is missing"));
        if (peerId.length != PEER_ID_BYTES) {
            throw new IllegalArgumentException("peer_id has " + PEER_ID_BYTES + " bytes, not " + peerId.length);
        }
        if (query.text("port").isEmpty()) {
            throw new IllegalArgumentException("port is missing");
        }
        Question question = new Question(
                infoHash,
                new PeerAddress(Callers.of(request), (int) query.number("port", 1, 65535, 0)),
                query.number("left", Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE),
                event(query.text("event").orElse("")),
                Question.bounded(query.number("numwant", Long.MIN_VALUE, Long.MAX_VALUE, -1), Question.WANTED_MAX));
        boolean compact = !query.text("compact").equals(Optional.of("0"));
        return switch (desk.announce(question)) {
            case Answer.Refused(String reason) -> failure(reason);
            case Answer.Peers peers -> peers(peers, compact);
        };
    }

    private static Question.Event event(String word) {
        return switch (word) {
            case "started" -> Question.Event.STARTED;
            case "completed" -> Question.Event.COMPLETED;
            case "stopped" -> Question.Event.STOPPED;
            default -> Question.Event.NONE;
        };
    }

    private static Bencode peers(Answer.Peers peers, boolean compact) {
        Bencode.DictionaryBuilder answer = Bencode.dictionary()
                .put("interval", peers.interval().toSeconds())
                .put("min interval", MIN_INTERVAL_SECONDS)
                .put("complete", peers.complete())
                .put("incomplete", peers.incomplete());
        if (compact) {
            answer.put("peers", peers.v4().bytes());
            if (peers.v6().count() > 0) {
                answer.put("peers6", peers.v6().bytes());
            }
        } else {
            List<Bencode> list = new ArrayList<>();
            for (CompactPeers family : List.of(peers.v4(), peers.v6())) {
                for (PeerAddress address : family.addresses()) {
                    list.add(Bencode.dictionary()
                            .put("ip", address.ip().toString())
                            .put("port", address.port())
                            .build());
                }
            }
            answer.put("peers", Bencode.list(list));
        }
        return answer.build();
    }

    private Bencode scrape(Context request, AnnounceQuery query) {
        List<byte[]> hashes = query.all("info_hash");
        if (hashes.isEmpty() || hashes.size() > SCRAPE_MAX) {
            throw new IllegalArgumentException("a scrape names 1 to " + SCRAPE_MAX + " info-hashes");
        }
        Bencode.DictionaryBuilder files = Bencode.dictionary();
        boolean known = false;
        for (byte[] hash : hashes) {
            Optional<SwarmCounts> counts = desk.scrape(infoHash(hash));
            if (counts.isPresent()) {
                known = true;
                files.put(
                        hash,
                        Bencode.dictionary()
                                .put("complete", counts.get().complete())
                                .put("downloaded", counts.get().downloaded())
                                .put("incomplete", counts.get().incomplete())
                                .build());
            }
        }
        return known
                ? Bencode.dictionary().put("files", files.build()).build()
                : failure("unknown info-hash: this tracker knows releases published for everybody only");
    }

    private static InfoHash infoHash(byte[] bytes) {
        if (bytes.length != InfoHash.LENGTH_BYTES) {
            throw new IllegalArgumentException(
                    "info_hash has " + InfoHash.LENGTH_BYTES + " bytes, not " + bytes.length);
        }
        return InfoHash.ofDigest(bytes);
    }

    private static Bencode failure(String reason) {
        return Bencode.dictionary().put("failure reason", reason).build();
    }
}
