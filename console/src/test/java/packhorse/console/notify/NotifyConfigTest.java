package packhorse.console.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.CommunicationsPlan.Frequency;
import packhorse.console.change.CommunicationsPlan.Line;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.change.CommunicationsPlan.Occasion;
import packhorse.core.UsageException;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;

final class NotifyConfigTest {
    private static NotifyConfig read(YamlMap root) {
        NotifyConfig config = NotifyConfig.read(root.map("notify"));
        root.finish();
        return config;
    }

    private static CommunicationsPlan plan(Means means, String address) {
        return new CommunicationsPlan(
                List.of(new Line("sales", address, means, Set.of(Occasion.GO), Frequency.AT_ONCE, "the desk, 4711")));
    }

    @Test
    void theSampleIsRead() {
        NotifyConfig config = read(YamlDocument.read(Path.of("samples/notify.yaml")));
        assertEquals(
                Set.of(Means.MAIL, Means.CHAT, Means.WEBHOOK),
                new TreeSet<>(config.channels(InstantSource.system()).keySet()));
        assertEquals(2, config.notifier().quiet().own().size());
        assertEquals(5, config.notifier().systems().getFirst().kinds().size());
        assertEquals(Set.of("itsm"), config.callbacks().keySet());
    }

    @Test
    void whatCouldNeverBeToldIsSaidBeforeItIsPlanned() {
        NotifyConfig config = read(YamlDocument.read(Path.of("samples/notify.yaml")));
        assertEquals(List.of(), config.unreachable(plan(Means.MAIL, "a@example.org")));
        assertEquals(List.of(), config.unreachable(plan(Means.CHAT, "board")));
        assertEquals(List.of(), config.unreachable(plan(Means.WEBHOOK, "itsm")));
        assertEquals(List.of(), config.unreachable(plan(Means.IN_PERSON, "room 12")));
        assertEquals(
                List.of("sales: mail to a@evil.example is not allowed; domains: has example.org"),
                config.unreachable(plan(Means.MAIL, "a@evil.example")));
        assertEquals(
                List.of("sales: no chat \"nobody\" is configured; there are [#operations, board]"),
                config.unreachable(plan(Means.CHAT, "nobody")));
        assertEquals(
                List.of("sales: no webhook \"http://169.254.169.254/\" is configured; there are [itsm]"),
                config.unreachable(plan(Means.WEBHOOK, "http://169.254.169.254/")));
        assertEquals(
                List.of("sales is told by mail, and no mail is configured"),
                NotifyConfig.none().unreachable(plan(Means.MAIL, "a@example.org")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{mail: {server: x, from: a@b.c}} | 1:25: server: \"x\" is not host and port",
                "{mail: {server: 'x:25', security: none, user: u, passwordFile: p, from: a@b.c}} | a password does not"
                        + " go",
                "{mail: {server: 'x:25', from: nobody}} | from: \"nobody\" is no mail address",
                "{mail: {server: 'x:25', security: ssl, from: a@b.c}} | \"ssl\" is not one of starttls, tls, none",
                "{webhooks: [{name: a, url: 'http://x.example/', secretFile: s}]} | url: write https://HOST",
                "{webhooks: [{name: a, url: 'https://x.example/', secretFile: s, hears: [no]}]} | \"no\" is no kind of"
                        + " notice",
                "{chats: [{name: a, urlFile: f}, {name: a, urlFile: f}]} | the name \"a\" stands twice",
                "{chats: [{name: 'a b', urlFile: f}]} | \"a b\" is no name",
                "{quiet: {from: '20:00', to: '20:00', zone: UTC}} | are none or all",
                "{quiet: {from: '20:00', to: '07:00'}} | \"zone\" is missing",
                "{quiet: {from: '8pm', to: '07:00', zone: UTC}} | \"8pm\" is no time of day",
                "{quiet: {from: '20:00', to: '07:00', zone: Berlin}} | \"Berlin\" is no time zone",
                "{templates: [{kind: order.held, subject: s, text: '{verdict}'}]} | names {verdict}, which such a"
                        + " notice has",
                "{templates: [{kind: order.held, subject: s, text: t, more: m}]} | unknown key \"more\"",
            })
    void whatCannotBeIsRefusedInOneLineThatPointsAtIt(String yaml, String wanted) {
        String line = String.valueOf(assertThrows(
                        UsageException.class, () -> read(YamlDocument.parse("console.yaml", "notify: " + yaml)))
                .getMessage());
        assertTrue(line.startsWith("console.yaml:1:"), line);
        assertTrue(line.contains(wanted), line);
        assertEquals(1, line.lines().count(), line);
    }
}
