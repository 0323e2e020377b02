package packhorse.console.notify;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.ledger.OutboxBook;
import packhorse.console.notice.Attempt;
import packhorse.core.topology.HostPort;

/** A process that dies right after the mail server took its mail: {@code LEDGER PORT}. */
final class KilledConsole {
    private KilledConsole() {}

    public static void main(String... arguments) throws InterruptedException {
        Ledger ledger = Ledger.open(new LedgerConfig.Embedded(Path.of(arguments[0])));
        MailConfig mail = new MailConfig(
                new HostPort("127.0.0.1", Integer.parseInt(arguments[1])),
                MailConfig.Security.NONE,
                Optional.empty(),
                "console@packhorse.example",
                List.of(),
                Optional.empty());
        MailChannel channel = new MailChannel(mail, InstantSource.system());
        Channel deadly = parcel -> {
            Attempt attempt = channel.deliver(parcel);
            Runtime.getRuntime().halt(attempt instanceof Attempt.Sent ? 137 : 1);
            return attempt;
        };
        Courier courier = new Courier(
                new OutboxBook(ledger),
                Map.of(Means.MAIL, deadly),
                InstantSource.system(),
                "killed",
                Duration.ofMillis(500),
                Channel.DEADLINE);
        courier.start();
        Thread.currentThread().join();
    }
}
