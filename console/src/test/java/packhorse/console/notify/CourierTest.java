package packhorse.console.notify;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.Proves;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.CommunicationsPlan.Frequency;
import packhorse.console.change.CommunicationsPlan.Line;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.change.CommunicationsPlan.Occasion;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.ledger.OutboxBook;
import packhorse.console.notice.Attempt;
import packhorse.console.notice.Notice;
import packhorse.console.notice.NoticeKind;
import packhorse.console.notice.Notifier;
import packhorse.console.notice.Quiet;
import packhorse.console.notice.Templates;
import packhorse.core.topology.HostPort;

final class CourierTest {
    static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

    @TempDir
    private Path folder = Path.of("");

    private final GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private MailConfig mail() {
        return new MailConfig(
                new HostPort("127.0.0.1", server.getSmtp().getPort()),
                MailConfig.Security.NONE,
                Optional.empty(),
                "console@packhorse.example",
                List.of(),
                Optional.empty());
    }

    static Notice announced(String key) {
        return Notice.of(
                NoticeKind.ANNOUNCED,
                "CO-2026-0001",
                key,
                "Editor 2.1",
                NOON,
                "gerd",
                "A newer editor comes to all of sales.",
                Map.of("starts", "Monday 20:00", "sites", "berlin, paris"));
    }

    static CommunicationsPlan plan(Means means, String address, Frequency frequency) {
        return new CommunicationsPlan(
                List.of(new Line("sales", address, means, Set.of(Occasion.values()), frequency, "the desk, 4711")));
    }

    @ParameterizedTest
    @EnumSource
    @Proves("PROCESS 1 notification")
    void thoseWhomThePlanNamesGetAMailAndTheLogSaysSo(Database database) throws Exception {
        try (Ledger ledger = Ledger.open(database.config(folder))) {
            OutboxBook book = new OutboxBook(ledger);
            Notifier notifier = new Notifier(Templates.builtIn(), Quiet.never(), List.of());
            CommunicationsPlan plan = plan(Means.MAIL, "sales@packhorse.example", Frequency.AT_ONCE);
            assertEquals(1, book.tell(notifier, announced("announced"), plan, NOON));
            InstantSource clock = InstantSource.fixed(NOON);
            try (Courier courier =
                    new Courier(book, Map.of(Means.MAIL, new MailChannel(mail(), clock)), clock, "console-a")) {
                courier.start();
                await().until(() -> book.in(OutboxBook.State.TOLD, 10).size() == 1);
            }
            MimeMessage[] mails = server.getReceivedMessages();
            assertEquals(1, mails.length);
            OutboxBook.Delivery line = book.log("CO-2026-0001", 10).getFirst();
            assertEquals("<" + line.entry().id() + "@packhorse.example>", mails[0].getMessageID());
            assertEquals("CO-2026-0001: Editor 2.1 is coming", mails[0].getSubject());
            assertEquals(
                    """
                    A newer editor comes to all of sales.

                    What: Editor 2.1
                    When: from Monday 20:00
                    Where: berlin, paris

                    Questions: the desk, 4711
                    """, mails[0].getContent().toString().replace("\r\n", "\n").strip() + "\n");
            assertEquals(Optional.of(NOON), line.told());
            assertEquals("console-a", line.by());
        }
    }

    @Test
    void aConsoleThatIsKilledBetweenSendingAndSayingSoIsFollowedByOneThatSendsTheSameMessage() throws Exception {
        Path file = folder.resolve("ledger.db");
        try (Ledger ledger = Ledger.open(new LedgerConfig.Embedded(file))) {
            OutboxBook book = new OutboxBook(ledger);
            Notifier notifier = new Notifier(Templates.builtIn(), Quiet.never(), List.of());
            book.tell(
                    notifier,
                    announced("announced"),
                    plan(Means.MAIL, "sales@packhorse.example", Frequency.AT_ONCE),
                    NOON);
            Process killed = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            KilledConsole.class.getName(),
                            file.toString(),
                            Integer.toString(server.getSmtp().getPort()))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("killed.log").toFile())
                    .start();
            try {
                assertTrue(killed.waitFor(60, TimeUnit.SECONDS));
            } finally {
                killed.destroyForcibly();
            }
            assertEquals(137, killed.exitValue(), Files.readString(folder.resolve("killed.log")));
            assertEquals(1, server.getReceivedMessages().length);
            assertEquals(1, book.in(OutboxBook.State.WAITING, 10).size());
            InstantSource clock = InstantSource.fixed(NOON);
            try (Courier courier =
                    new Courier(book, Map.of(Means.MAIL, new MailChannel(mail(), clock)), clock, "console-b")) {
                await().until(() -> courier.round() == 1);
                await().until(() -> book.in(OutboxBook.State.TOLD, 10).size() == 1);
            }
            MimeMessage[] mails = server.getReceivedMessages();
            assertEquals(2, mails.length);
            assertEquals(mails[0].getMessageID(), mails[1].getMessageID());
        }
    }

    @Test
    void anAddressThatDoesNotAnswerStopsNoOtherAndIsGivenUpInTime() {
        try (Ledger ledger = Ledger.open(new LedgerConfig.Embedded(folder.resolve("ledger.db")))) {
            OutboxBook book = new OutboxBook(ledger);
            Notifier notifier = new Notifier(Templates.builtIn(), Quiet.never(), List.of());
            book.tell(notifier, announced("one"), plan(Means.WEBHOOK, "deaf", Frequency.AT_ONCE), NOON);
            for (int n = 0; n < 40; n++) {
                book.tell(notifier, announced("n" + n), plan(Means.CHAT, "#ops", Frequency.AT_ONCE), NOON);
            }
            CountDownLatch never = new CountDownLatch(1);
            Channel deaf = parcel -> {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return new Attempt.Sent();
            };
            InstantSource clock = InstantSource.fixed(NOON);
            try (Courier courier = new Courier(
                    book,
                    Map.of(Means.WEBHOOK, deaf, Means.CHAT, parcel -> new Attempt.Sent()),
                    clock,
                    "console-a",
                    Courier.LEASE,
                    Duration.ofSeconds(2))) {
                courier.start();
                await().until(() -> book.in(OutboxBook.State.TOLD, 100).size() == 40);
                await().until(() -> book.in(OutboxBook.State.WAITING, 10)
                        .getFirst()
                        .reason()
                        .equals("no end within 2 s"));
            }
            assertEquals(1, book.in(OutboxBook.State.WAITING, 10).getFirst().tries());
        }
    }

    @Test
    void whatHasNoMeansIsTriedAgainAndSaysWhatToAdd() {
        try (Ledger ledger = Ledger.open(new LedgerConfig.Embedded(folder.resolve("ledger.db")))) {
            OutboxBook book = new OutboxBook(ledger);
            Notifier notifier = new Notifier(Templates.builtIn(), Quiet.never(), List.of());
            book.tell(notifier, announced("one"), plan(Means.CHAT, "#ops", Frequency.AT_ONCE), NOON);
            try (Courier courier = new Courier(book, Map.of(), InstantSource.fixed(NOON), "console-a")) {
                courier.start();
                await().until(() ->
                        book.in(OutboxBook.State.WAITING, 10).getFirst().tries() == 1);
            }
            OutboxBook.Delivery line = book.in(OutboxBook.State.WAITING, 10).getFirst();
            assertEquals("no CHAT is configured; add it to notify: of the console's configuration", line.reason());
            assertTrue(line.entry().due().isAfter(NOON));
        }
    }
}
