package packhorse.console.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.notice.Attempt;
import packhorse.console.notify.MailConfig.Login;
import packhorse.console.notify.MailConfig.Security;
import packhorse.core.topology.HostPort;

final class MailChannelTest {
    private static final String KEY_STORE = "greenmail.tls.keystore.file";
    private static final String KEY_STORE_PASSWORD = "greenmail.tls.keystore.password";

    @TempDir
    private Path folder = Path.of("");

    private static MailConfig config(int port, Security security, Optional<Login> login, Optional<Path> trust) {
        return new MailConfig(
                new HostPort("localhost", port), security, login, "console@packhorse.example", List.of(), trust);
    }

    private static Attempt send(MailConfig config, String address, String text) {
        return new MailChannel(config, InstantSource.fixed(Parcels.NOON))
                .deliver(Parcels.parcel(Means.MAIL, address, text));
    }

    private static String reason(Attempt attempt) {
        return switch (attempt) {
            case Attempt.Sent sent -> "";
            case Attempt.Failed failed -> failed.reason();
            case Attempt.Refused refused -> refused.reason();
        };
    }

    private Login login(String password) throws Exception {
        return new Login("packhorse", Files.writeString(folder.resolve("password"), password + "\n"));
    }

    private static GreenMail started(String protocol) {
        GreenMail server = new GreenMail(new ServerSetup(0, "localhost", protocol));
        server.setUser("packhorse@packhorse.example", "packhorse", "secret");
        server.getUserManager().setAuthRequired(true);
        server.start();
        return server;
    }

    @Test
    void aMailSaysWhatItIsAndCannotBeMadeToSayMore() throws Exception {
        GreenMail server = started(ServerSetup.PROTOCOL_SMTP);
        try {
            MailConfig config = config(server.getSmtp().getPort(), Security.NONE, Optional.empty(), Optional.empty());
            assertInstanceOf(
                    Attempt.Sent.class, send(config, "sales@a.example", "Grüße\n.\nBcc: all@a.example\n\nend"));
            MimeMessage[] mails = server.getReceivedMessages();
            assertEquals(1, mails.length);
            assertEquals("<0123456789abcdef@packhorse.example>", mails[0].getMessageID());
            assertEquals("auto-generated", mails[0].getHeader("Auto-Submitted", null));
            assertNull(mails[0].getHeader("Bcc", null));
            assertEquals("text/plain; charset=UTF-8", mails[0].getContentType());
            assertEquals(
                    "Grüße\n.\nBcc: all@a.example\n\nend",
                    mails[0].getContent().toString().replace("\r\n", "\n").strip());
        } finally {
            server.stop();
        }
    }

    @Test
    void aPasswordGoesOnlyToTheServerThatTheCertificateNames() throws Exception {
        TestTls tls = TestTls.make(folder);
        System.setProperty(KEY_STORE, tls.keyStore().toString());
        System.setProperty(KEY_STORE_PASSWORD, TestTls.PASSWORD);
        GreenMail server = started(ServerSetup.PROTOCOL_SMTPS);
        try {
            int port = server.getSmtps().getPort();
            Optional<Path> trust = Optional.of(tls.certificate());
            assertInstanceOf(
                    Attempt.Sent.class,
                    send(config(port, Security.TLS, Optional.of(login("secret")), trust), "sales@a.example", "x"));
            Attempt wrong =
                    send(config(port, Security.TLS, Optional.of(login("wrong")), trust), "sales@a.example", "x");
            assertTrue(reason(wrong).contains("takes neither user nor password"), reason(wrong));
            Attempt unknown = send(
                    config(port, Security.TLS, Optional.of(login("secret")), Optional.empty()), "sales@a.example", "x");
            assertInstanceOf(Attempt.Failed.class, unknown);
            assertTrue(reason(unknown).contains("certification path"), reason(unknown));
            MailConfig otherName = new MailConfig(
                    new HostPort("127.0.0.1", port),
                    Security.TLS,
                    Optional.of(login("secret")),
                    "console@packhorse.example",
                    List.of(),
                    trust);
            Attempt other = send(otherName, "sales@a.example", "x");
            assertInstanceOf(Attempt.Failed.class, other);
            assertTrue(reason(other).contains("127.0.0.1"), reason(other));
            assertEquals(1, server.getReceivedMessages().length);
        } finally {
            server.stop();
            System.clearProperty(KEY_STORE);
            System.clearProperty(KEY_STORE_PASSWORD);
        }
    }

    @Test
    void withoutTheTlsThatIsWantedNothingIsSaid() throws Exception {
        GreenMail server = started(ServerSetup.PROTOCOL_SMTP);
        try {
            int port = server.getSmtp().getPort();
            Attempt attempt = send(
                    config(port, Security.STARTTLS, Optional.of(login("secret")), Optional.empty()),
                    "sales@a.example",
                    "x");
            assertInstanceOf(Attempt.Failed.class, attempt);
            assertTrue(reason(attempt).contains("STARTTLS"), reason(attempt));
            assertEquals(0, server.getReceivedMessages().length);
        } finally {
            server.stop();
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> config(25, Security.NONE, Optional.of(login("secret")), Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({"550 5.1.1 no such user, true", "451 4.7.1 greylisted, false", "552 5.2.2 mailbox full, true"})
    void whatTheServerRefusesForGoodIsNotTriedAgain(String reply, boolean permanent) throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread server = Thread.ofVirtual().start(() -> answer(socket, reply));
            MailConfig config = config(socket.getLocalPort(), Security.NONE, Optional.empty(), Optional.empty());
            Attempt attempt = send(config, "sales@a.example", "x");
            assertEquals(permanent, attempt instanceof Attempt.Refused, attempt.toString());
            assertTrue(reason(attempt).contains(reply), reason(attempt));
            server.join();
        }
    }

    /** A server that takes everything but the recipient. */
    private static void answer(ServerSocket socket, String reply) {
        try (Socket client = socket.accept();
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                OutputStream out = client.getOutputStream()) {
            out.write("220 here\r\n".getBytes(StandardCharsets.US_ASCII));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String answer = line.startsWith("RCPT") ? reply : line.startsWith("QUIT") ? "221 bye" : "250 ok";
                out.write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
                if (line.startsWith("QUIT")) {
                    return;
                }
            }
        } catch (java.io.IOException e) {
            // The client closes as it likes.
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'sales@a.example, all@a.example'",
        "'sales@a.example\r\nBcc: all@a.example'",
        "sales",
        "'Sales <sales@a.example> x'",
        "sales@other.example"
    })
    void whatIsNoAddressOrNotAllowedIsRefusedBeforeAnybodyIsAsked(String address) {
        MailConfig config = new MailConfig(
                new HostPort("localhost", 1),
                Security.NONE,
                Optional.empty(),
                "console@packhorse.example",
                List.of("a.example"),
                Optional.empty());
        assertInstanceOf(Attempt.Refused.class, send(config, address, "x"));
    }

    @Test
    void aServerThatIsAwayIsTriedAgain() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        assertInstanceOf(
                Attempt.Failed.class,
                send(config(port, Security.NONE, Optional.empty(), Optional.empty()), "sales@a.example", "x"));
    }
}
