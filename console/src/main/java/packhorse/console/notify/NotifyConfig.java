package packhorse.console.notify;

import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.notice.NoticeKind;
import packhorse.console.notice.Notifier;
import packhorse.console.notice.Quiet;
import packhorse.console.notice.QuietHours;
import packhorse.console.notice.Template;
import packhorse.console.notice.Templates;
import packhorse.core.config.YamlMap;
import packhorse.core.topology.HostPort;

/**
 * How people and other systems are told; {@code notify.yaml} in the samples says what each key is for.
 *
 * @param notifier who hears when, and in which words
 * @param mail where mail is handed over, if anywhere
 * @param chats rooms by the name that plans use
 * @param webhooks receivers by the name that plans use
 * @param callbacks files of the secrets that outside systems sign with, by the webhook's name
 * @param trust certificates that are believed of chats and webhooks instead of the system's
 */
public record NotifyConfig(
        Notifier notifier,
        Optional<MailConfig> mail,
        List<ChatChannel.Room> chats,
        List<WebhookChannel.Hook> webhooks,
        Map<String, Path> callbacks,
        Optional<Path> trust) {
    private static final int SUBMISSION_PORT = 587;

    public NotifyConfig {
        chats = List.copyOf(chats);
        webhooks = List.copyOf(webhooks);
        callbacks = Map.copyOf(callbacks);
    }

    /** Nobody is told by a machine. */
    public static NotifyConfig none() {
        return new NotifyConfig(
                new Notifier(Templates.builtIn(), Quiet.never(), List.of()),
                Optional.empty(),
                List.of(),
                List.of(),
                Map.of(),
                Optional.empty());
    }

    /** Reads the mapping below {@code notify:}. */
    public static NotifyConfig read(YamlMap yaml) {
        List<WebhookChannel.Hook> webhooks = new ArrayList<>();
        List<Notifier.Listener> listeners = new ArrayList<>();
        Map<String, Path> callbacks = new HashMap<>();
        Set<String> names = new HashSet<>();
        for (YamlMap hook : yaml.optionalMaps("webhooks")) {
            String name = name(hook, names);
            URI url = hook.value("url", HttpPost::checked);
            webhooks.add(new WebhookChannel.Hook(name, url, hook.path("secretFile")));
            List<NoticeKind> hears = hook.optionalList("hears", NoticeKind::of);
            if (!hears.isEmpty()) {
                listeners.add(new Notifier.Listener(name, Set.copyOf(hears)));
            }
            hook.optionalPath("callbackSecretFile").ifPresent(file -> callbacks.put(name, file));
        }
        List<ChatChannel.Room> chats = new ArrayList<>();
        Set<String> rooms = new HashSet<>();
        for (YamlMap chat : yaml.optionalMaps("chats")) {
            chats.add(new ChatChannel.Room(
                    name(chat, rooms),
                    chat.path("urlFile"),
                    chat.optional("form", text -> choice(ChatChannel.Form.values(), text))
                            .orElse(ChatChannel.Form.SLACK)));
        }
        return new NotifyConfig(
                new Notifier(templates(yaml), quiet(yaml), listeners),
                yaml.optionalMap("mail").map(NotifyConfig::mail),
                chats,
                webhooks,
                callbacks,
                yaml.optionalPath("trust"));
    }

    private static String name(YamlMap map, Set<String> taken) {
        String name = map.value("name", text -> {
            if (!text.matches("[\\p{L}\\p{N}#._-]{1,64}")) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is no name; use letters, digits and # . _ -, at most 64");
            }
            return text;
        });
        if (!taken.add(name)) {
            throw map.error("name", "the name \"" + name + "\" stands twice");
        }
        return name;
    }

    private static MailConfig mail(YamlMap mail) {
        HostPort server = mail.value("server", text -> HostPort.parse(text, SUBMISSION_PORT));
        MailConfig.Security security = mail.optional("security", text -> choice(MailConfig.Security.values(), text))
                .orElse(MailConfig.Security.STARTTLS);
        Optional<MailConfig.Login> login =
                mail.optionalString("user").map(user -> new MailConfig.Login(user, mail.path("passwordFile")));
        try {
            return new MailConfig(
                    server,
                    security,
                    login,
                    mail.string("from"),
                    mail.optionalList("domains", text -> text),
                    mail.optionalPath("trust"));
        } catch (IllegalArgumentException e) {
            throw mail.error("server", String.valueOf(e.getMessage()));
        }
    }

    private static Quiet quiet(YamlMap yaml) {
        Optional<YamlMap> quiet = yaml.optionalMap("quiet");
        if (quiet.isEmpty()) {
            return Quiet.never();
        }
        QuietHours everybody = hours(quiet.get(), Optional.empty());
        Map<String, Optional<QuietHours>> own = new HashMap<>();
        for (YamlMap one : quiet.get().optionalMaps("except")) {
            String address = one.string("address");
            Optional<QuietHours> theirs = one.optionalBool("never").orElse(false)
                    ? Optional.empty()
                    : Optional.of(hours(one, Optional.of(everybody)));
            if (own.put(address, theirs) != null) {
                throw one.error("address", "the address \"" + address + "\" stands twice");
            }
        }
        return new Quiet(Optional.of(everybody), own);
    }

    private static QuietHours hours(YamlMap map, Optional<QuietHours> usual) {
        LocalTime from = map.optional("from", NotifyConfig::time)
                .or(() -> usual.map(QuietHours::from))
                .orElseGet(() -> map.value("from", NotifyConfig::time));
        LocalTime to = map.optional("to", NotifyConfig::time)
                .or(() -> usual.map(QuietHours::to))
                .orElseGet(() -> map.value("to", NotifyConfig::time));
        ZoneId zone = map.optional("zone", NotifyConfig::zone)
                .or(() -> usual.map(QuietHours::zone))
                .orElseGet(() -> map.value("zone", NotifyConfig::zone));
        try {
            return new QuietHours(from, to, zone);
        } catch (IllegalArgumentException e) {
            throw map.error("from", String.valueOf(e.getMessage()));
        }
    }

    private static LocalTime time(String text) {
        try {
            return LocalTime.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no time of day; write \"20:00\"", e);
        }
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no time zone; write Europe/Berlin", e);
        }
    }

    private static Templates templates(YamlMap yaml) {
        Map<NoticeKind, Template> own = new EnumMap<>(NoticeKind.class);
        for (YamlMap template : yaml.optionalMaps("templates")) {
            NoticeKind kind = template.value("kind", NoticeKind::of);
            String subject = template.string("subject");
            String text = template.string("text");
            try {
                if (own.put(kind, Template.parse(kind, subject, text)) != null) {
                    throw new IllegalArgumentException("two templates of " + kind.word());
                }
            } catch (IllegalArgumentException e) {
                throw template.error("kind", String.valueOf(e.getMessage()));
            }
        }
        return new Templates(own);
    }

    private static <E extends Enum<E>> E choice(E[] values, String text) {
        List<String> words = new ArrayList<>();
        for (E value : values) {
            String word = value.name().toLowerCase(Locale.ROOT);
            if (word.equals(text)) {
                return value;
            }
            words.add(word);
        }
        throw new IllegalArgumentException("\"" + text + "\" is not one of " + String.join(", ", words));
    }

    /** The means that are configured, each with its channel. */
    public Map<Means, Channel> channels(InstantSource clock) {
        Map<Means, Channel> channels = new EnumMap<>(Means.class);
        mail.ifPresent(config -> channels.put(Means.MAIL, new MailChannel(config, clock)));
        if (!chats.isEmpty()) {
            channels.put(Means.CHAT, new ChatChannel(chats, trust));
        }
        if (!webhooks.isEmpty()) {
            channels.put(Means.WEBHOOK, new WebhookChannel(webhooks, trust, clock));
        }
        return channels;
    }

    /** What of a plan could never be told, each in one line that says how to mend it; empty: all of it can be. */
    public List<String> unreachable(CommunicationsPlan plan) {
        List<String> lines = new ArrayList<>();
        for (CommunicationsPlan.Line line : plan.lines()) {
            switch (line.means()) {
                case MAIL -> {
                    if (mail.isEmpty()) {
                        lines.add(line.stakeholder() + " is told by mail, and no mail is configured");
                    } else {
                        mail.get()
                                .fault(line.address())
                                .ifPresent(fault -> lines.add(line.stakeholder() + ": " + fault));
                    }
                }
                case CHAT -> {
                    if (chats.stream().noneMatch(room -> room.name().equals(line.address()))) {
                        lines.add(line.stakeholder() + ": no chat \"" + line.address() + "\" is configured; there are "
                                + chats.stream().map(ChatChannel.Room::name).toList());
                    }
                }
                case WEBHOOK -> {
                    if (webhooks.stream().noneMatch(hook -> hook.name().equals(line.address()))) {
                        lines.add(
                                line.stakeholder() + ": no webhook \"" + line.address() + "\" is configured; there are "
                                        + webhooks.stream()
                                                .map(WebhookChannel.Hook::name)
                                                .toList());
                    }
                }
                case IN_PERSON -> {}
            }
        }
        return List.copyOf(lines);
    }
}
