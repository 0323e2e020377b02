package packhorse.console.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Assessment;
import packhorse.console.change.Attachment;
import packhorse.core.content.Sha256;

/** Attachments as programs and browsers have them. */
final class AttachmentRoutesTest {
    private static final String ORDER = "/api/v1/orders/CO-2026-0001";
    private static final String PAGE = "<script>alert(1)</script>";

    private RestWorld world;

    @BeforeEach
    void open(@TempDir Path folder) {
        world = new RestWorld(folder);
        RestWorld.Reply drafted = world.post("/api/v1/requests", RestDoorTest.form())
                .as("requester")
                .send();
        String place = drafted.header("Location").orElseThrow();
        done(world.post(place + "/submit").as("requester").seen(1));
        done(world.post(place + "/assess", new Assessment(true, "an hour", ""))
                .as("change-coordinator")
                .seen(2));
        done(world.post(place + "/approve", new Said(Optional.of("go")))
                .as("approver")
                .seen(3));
        RestWorld.Reply ordered = world.post("/api/v1/orders", "{\"requests\":[\"CR-2026-0001\"]}")
                .as("change-coordinator")
                .send();
        assertEquals(201, ordered.status(), ordered.body());
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static RestWorld.Reply done(RestWorld.Asking asking) {
        RestWorld.Reply reply = asking.send();
        assertEquals(200, reply.status(), reply.body());
        return reply;
    }

    private RestWorld.Asking attach(String query, String bytes) {
        return world.post(ORDER + "/attachments" + query, bytes)
                .as("package-builder")
                .with("Content-Type", Attachment.ANYTHING);
    }

    @Test
    void aFileComesBackAsItCameAndAsNoPage() {
        RestWorld.Reply kept = done(attach("?name=page%20one.html&mediaType=text/html", PAGE));
        assertTrue(kept.body().contains("\"id\":\"CO-2026-0001/A01\""), kept.body());
        RestWorld.Reply listed = done(world.get(ORDER + "/attachments?limit=1").as("viewer"));
        assertTrue(listed.body().contains("\"name\":\"page one.html\""), listed.body());
        RestWorld.Reply read = done(world.get(ORDER + "/attachments/A01").as("viewer"));
        assertEquals(PAGE, read.body());
        String tag = "\"" + Sha256.of(PAGE.getBytes(StandardCharsets.UTF_8)).hex() + "\"";
        assertEquals(Optional.of(tag), read.header("ETag"));
        assertEquals(Optional.of(Attachment.ANYTHING), read.header("Content-Type"));
        assertEquals(Optional.of("nosniff"), read.header("X-Content-Type-Options"));
        assertEquals(Optional.of("attachment; filename=\"page_one.html\""), read.header("Content-Disposition"));
        assertEquals(
                304,
                world.get(ORDER + "/attachments/A01")
                        .as("viewer")
                        .with("If-None-Match", tag)
                        .send()
                        .status());
    }

    /** They hold their files on the disk, and there are so many at most; what the reader has already comes all the same. */
    @Test
    @Timeout(60)
    void whoReadsSlowlyKeepsNothingInMemory() throws InterruptedException {
        done(attach("?name=plan.txt", PAGE));
        RestWorld.Asking asking = world.get(ORDER + "/attachments/A01").as("viewer");
        try (SlowReaders slow = new SlowReaders(world.reads())) {
            assertEquals(LongReads.ON_THEIR_WAY, slow.waiting());
            RestWorld.Reply turned = asking.send();
            assertEquals("503 16 files are on their way; come back when one of them has arrived", turned.detail());
            assertEquals(Optional.of("11"), turned.header("Retry-After"));
            assertEquals(Optional.empty(), turned.header("Content-Disposition"));
            String tag = "\"" + Sha256.of(PAGE.getBytes(StandardCharsets.UTF_8)).hex() + "\"";
            assertEquals(
                    304,
                    world.get(ORDER + "/attachments/A01")
                            .as("viewer")
                            .with("If-None-Match", tag)
                            .send()
                            .status());
        }
        assertEquals(PAGE, done(asking).body());
    }

    /** Asked to go on, it is being taken in: the server says so when it reads. */
    private Socket sending(int number, String bytes) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                world.door().addresses().getFirst().getPort());
        String head = "POST " + ORDER + "/attachments?name=long-" + number + " HTTP/1.1\r\nHost: console\r\n"
                + "Authorization: Bearer package-builder\r\nContent-Type: " + Attachment.ANYTHING
                + "\r\nContent-Length: " + bytes.length() + "\r\nExpect: 100-continue\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        assertEquals("HTTP/1.1 100 Continue", line(socket));
        assertEquals("", line(socket));
        return socket;
    }

    private static void sent(Socket socket, String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
        assertEquals("HTTP/1.1 200 OK", line(socket));
        socket.close();
    }

    private static String line(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c >= 0 && c != '\n';
                c = socket.getInputStream().read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Test
    @Timeout(60)
    void fewLongBodiesAreTakenInAtOnceAndShortOnesAlways() throws IOException {
        String bytes = "x".repeat(Body.JSON_BYTES_MAX + 1);
        List<Socket> senders = new ArrayList<>();
        try {
            for (int i = 0; i < Porter.LONG_BODIES_AT_ONCE; i++) {
                senders.add(sending(i, bytes));
            }
            RestWorld.Reply turned = attach("?name=one-more", bytes).send();
            assertEquals("503 4 long bodies are taken in; come back when one of them is done", turned.detail());
            assertEquals(Optional.of("11"), turned.header("Retry-After"));
            done(attach("?name=short", PAGE));
            sent(senders.removeFirst(), bytes);
            done(attach("?name=one-more", bytes));
            // As many as before: whatever was done or refused gave its place back.
            senders.add(sending(9, bytes));
            assertEquals(503, attach("?name=and-more", bytes).send().status());
            for (Socket sender : senders) {
                sent(sender, bytes);
            }
        } finally {
            for (Socket sender : senders) {
                sender.close();
            }
        }
    }

    @Test
    void whatIsTooLongOrMissingIsRefused() {
        assertEquals(
                413,
                attach("?name=long", "x".repeat(Attachment.BYTES_MAX + 1))
                        .send()
                        .status());
        for (String query : new String[] {"", "?name=..%2Fx", "?name=x&mediaType=x", "?name=x%0Ay"}) {
            RestWorld.Reply reply = attach(query, PAGE).send();
            assertEquals(400, reply.status(), query);
            assertEquals(Optional.of(Problem.MEDIA_TYPE), reply.header("Content-Type"));
        }
        assertEquals(
                404, world.get(ORDER + "/attachments/A01").as("viewer").send().status());
    }
}
