package packhorse.console.notify;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
import packhorse.console.ledger.OutboxBook;
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
}
