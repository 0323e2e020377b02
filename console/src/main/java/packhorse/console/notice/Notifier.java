package packhorse.console.notice;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.CommunicationsPlan.Frequency;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.core.content.Sha256;

/**
 * Who hears of a happening, when, and in which words.
 *
 * <p>A communications plan's line hears of its occasions as often as it says: what comes sooner waits for the next message and is
 * gathered in it. Nobody is woken for what is not urgent. Other systems hear of their kinds at once, at any hour.
 *
 * @param systems that hear of what stands in no plan
 */
public record Notifier(Templates templates, Quiet quiet, List<Listener> systems) {
    /** Hexadecimal digits of an entry's id: 128 bits. */
    private static final int ID_CHARS = 32;

    /**
     * An outside change or problem system.
     *
     * @param webhook its configured name
     * @param kinds of what it hears
     */
    public record Listener(String webhook, Set<NoticeKind> kinds) {
        public Listener {
            kinds = Set.copyOf(kinds);
        }
    }

    public Notifier {
        systems = List.copyOf(systems);
    }

    /**
     * What goes into the outbox for {@code notice}.
     *
     * @param told when a recipient, by its word in {@link OutboxEntry#gather}, heard last
     */
    public List<OutboxEntry> entries(Notice notice, CommunicationsPlan plan, Function<String, Told> told, Instant now) {
        List<OutboxEntry> entries = new ArrayList<>();
        notice.kind().occasion().ifPresent(occasion -> {
            for (CommunicationsPlan.Line line : plan.toldOf(occasion)) {
                entries.add(entry(notice, line, told, now));
            }
        });
        for (Listener system : systems) {
            if (system.kinds().contains(notice.kind())) {
                entries.add(made(
                        notice,
                        Means.WEBHOOK,
                        system.webhook(),
                        system.webhook(),
                        "",
                        templates.message(notice, ""),
                        now,
                        now));
            }
        }
        return List.copyOf(entries);
    }

    private OutboxEntry entry(Notice notice, CommunicationsPlan.Line line, Function<String, Told> told, Instant now) {
        boolean alone = notice.kind().urgent() || line.frequency() == Frequency.AT_ONCE;
        String gather = alone ? "" : gather(notice.about(), line.means(), line.address());
        return made(
                notice,
                line.means(),
                line.stakeholder(),
                line.address(),
                gather,
                templates.message(notice, line.call()),
                now,
                due(notice, line, gather.isEmpty() ? Told.NEVER : told.apply(gather), now));
    }

    private Instant due(Notice notice, CommunicationsPlan.Line line, Told told, Instant now) {
        if (notice.kind().urgent()) {
            return now;
        }
        Optional<Instant> gathering = told.next().filter(next -> !next.isBefore(now));
        Instant rhythm =
                gathering.orElseGet(() -> line.due(notice.kind().occasion().orElseThrow(), told.last(), now));
        return quiet.of(line.address()).map(hours -> hours.awake(rhythm)).orElse(rhythm);
    }

    /** The word for one who is told of one order by one means. */
    static String gather(String about, Means means, String address) {
        return about + " " + means + " " + address;
    }

    private static OutboxEntry made(
            Notice notice,
            Means means,
            String stakeholder,
            String address,
            String gather,
            Message message,
            Instant now,
            Instant due) {
        String what = notice.kind() + "\n" + notice.about() + "\n" + notice.key() + "\n" + means + "\n" + address + "\n"
                + stakeholder;
        String id = Sha256.of(what.getBytes(StandardCharsets.UTF_8)).hex().substring(0, ID_CHARS);
        SortedMap<String, String> facts = notice.values("");
        facts.remove("call");
        return new OutboxEntry(
                id, notice.kind(), notice.about(), means, stakeholder, address, gather, message, facts, now, due);
    }
}
