package packhorse.tracker.governance;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import packhorse.core.UsageException;
import packhorse.core.config.Located;
import packhorse.core.config.Place;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.desired.Entitlement;
import packhorse.tracker.desired.ReleasePattern;
import packhorse.tracker.desired.Roster;
import packhorse.tracker.desired.Selector;
import packhorse.tracker.desired.Setting;
import packhorse.tracker.desired.Sheet;
import packhorse.tracker.desired.Wish;

/**
 * Reads desired states and entitlements from YAML; {@code tracker/samples/desired.yaml} explains each key. Every error is one line with the
 * place. Whether a release is in the catalogue is not asked here: that changes without the file.
 */
final class DesiredFile {
    /** Long before that, a console is what is wanted. */
    private static final int LINES_MAX = 10_000;

    private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern SITE = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern RELEASE = Pattern.compile("([^@\\s]+)@([^\\s(]+)(?:\\s*\\(([^()\\s]+)\\))?");

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,127}");

    private record Name(ReleaseName name, Version version, Optional<Platform> platform) {}

    private final String document;
    private final Set<String> groups = new HashSet<>();
    private final Map<String, Wish> named = new HashMap<>();

    private DesiredFile(String document) {
        this.document = document;
    }

    /** Reads the file; where it does not say itself when it was edited, {@code modified} is that. */
    static Sheet read(Path file, Instant modified) {
        return new DesiredFile(file.toString()).sheet(YamlDocument.read(file), modified);
    }

    /** Reads text; errors call it {@code name}. */
    static Sheet parse(String name, String text, Instant modified) {
        return new DesiredFile(name).sheet(YamlDocument.parse(name, text), modified);
    }

    private Sheet sheet(YamlMap top, Instant modified) {
        Instant edition = top.optional("edited", DesiredFile::instant).orElse(modified);
        Map<String, Set<EndpointId>> members = groups(top);
        Map<EndpointId, Map<String, String>> labels = labels(top);
        List<Wish> wishes = new ArrayList<>();
        for (YamlMap item : top.optionalMaps("desired")) {
            wishes.add(wish(item));
        }
        List<Entitlement> entitlements = new ArrayList<>();
        for (YamlMap line : top.optionalMaps("entitlements")) {
            ReleasePattern pattern = line.value("release", ReleasePattern::parse);
            entitlements.add(new Entitlement(place(line.place()), pattern, whom(line)));
        }
        List<Setting> settings = new ArrayList<>();
        for (YamlMap line : top.optionalMaps("variables")) {
            settings.add(new Setting(place(line.place()), whom(line), values(line)));
        }
        if (wishes.size() + entitlements.size() + settings.size() > LINES_MAX) {
            throw top.place()
                    .error("more than " + LINES_MAX + " items, entitlements and variables; use groups and labels");
        }
        top.finish();
        return new Sheet(document, edition, new Roster(members, labels), wishes, entitlements, settings);
    }

    private static SortedMap<String, String> values(YamlMap line) {
        SortedMap<String, String> values = new TreeMap<>();
        YamlMap set = line.map("set");
        set.keys().forEach(key -> {
            matching(key, VARIABLE, "a variable is called by a letter, then letters, digits and '_'");
            values.put(key.value(), set.string(key.value()));
        });
        try {
            DesiredState unused = new DesiredState(0, List.of(), values);
        } catch (IllegalArgumentException e) {
            throw set.place().error(String.valueOf(e.getMessage()));
        }
        return values;
    }

    private static InstallPolicy policy(YamlMap policy) {
        InstallPolicy read = new InstallPolicy(
                policy.optional("deferUntil", DesiredFile::instant),
                policy.optionalBool("sandbox").orElse(false),
                policy.optionalBool("mayReboot").orElse(false),
                policy.optionalBool("mayDowngrade").orElse(false),
                policy.optionalBool("mendDrift").orElse(false),
                policy.optionalBool("commitAtOnce").orElse(false));
        return read;
    }

    private Map<String, Set<EndpointId>> groups(YamlMap top) {
        Map<String, Set<EndpointId>> members = new HashMap<>();
        top.optionalMap("groups")
                .ifPresent(map -> map.keys().forEach(key -> {
                    matching(key, GROUP, "a group is called by letters, digits, '.', '_' and '-'");
                    members.put(key.value(), Set.copyOf(new HashSet<>(map.list(key.value(), EndpointId::parse))));
                }));
        groups.addAll(members.keySet());
        return members;
    }

    private static Map<EndpointId, Map<String, String>> labels(YamlMap top) {
        Map<EndpointId, Map<String, String>> labels = new HashMap<>();
        top.optionalMap("labels")
                .ifPresent(map -> map.keys().forEach(key -> {
                    EndpointId endpoint;
                    try {
                        endpoint = EndpointId.parse(key.value());
                    } catch (IllegalArgumentException e) {
                        throw key.place().error(String.valueOf(e.getMessage()));
                    }
                    YamlMap of = map.map(key.value());
                    Map<String, String> its = new HashMap<>();
                    of.keys().forEach(label -> {
                        matching(label, GROUP, "a label is called by letters, digits, '.', '_' and '-'");
                        its.put(label.value(), of.string(label.value()));
                    });
                    labels.put(endpoint, Map.copyOf(its));
                }));
        return labels;
    }

    private static void matching(Located<String> word, Pattern form, String rule) {
        if (!form.matcher(word.value()).matches()) {
            throw word.place().error("\"" + word.value() + "\": " + rule);
        }
    }

    private Wish wish(YamlMap item) {
        boolean bundle = item.has("bundle");
        if (bundle == item.has("release")) {
            throw item.place().error("an item names one release or one bundle, such as release: acme/editor@2.0");
        }
        Name name = item.value(bundle ? "bundle" : "release", DesiredFile::name);
        if (bundle && name.platform().isPresent()) {
            throw item.error("bundle", "a bundle has no platform, its members have");
        }
        Operation operation =
                item.optional("operation", text -> word(Operation.class, text)).orElse(Operation.DISTRIBUTE);
        Wish wish = new Wish(
                place(item.place()),
                item.optionalString("action"),
                name.name(),
                name.version(),
                name.platform(),
                bundle,
                item.optional("digest", Sha256::parse),
                operation,
                whom(item),
                item.optional("fetchNotBefore", DesiredFile::instant),
                item.optional("activateNotBefore", DesiredFile::instant),
                item.optional("deadline", DesiredFile::instant),
                item.optional("priority", text -> word(Priority.class, text)).orElse(Priority.NORMAL),
                item.optional("lease", DesiredFile::instant),
                item.optionalDuration("leaseFor"),
                item.optionalMap("policy").map(DesiredFile::policy).orElse(InstallPolicy.DEFAULT));
        if (!puts(operation) && (item.has("policy") || item.has("leaseFor"))) {
            throw item.error(
                    item.has("policy") ? "policy" : "leaseFor",
                    "\"" + operation.name().toLowerCase(Locale.ROOT)
                            + "\" puts nothing in place; take it away, or name another operation");
        }
        requireSound(item, wish);
        return wish;
    }

    private static boolean puts(Operation operation) {
        return switch (operation) {
            case INSTALL, UPDATE, ACTIVATE, COMMIT, ROLLBACK, REMOVE -> true;
            case DISTRIBUTE, DELETE -> false;
        };
    }

    private void requireSound(YamlMap item, Wish wish) {
        DesiredItem given;
        try {
            given = wish.item(wish.platform().orElse(Platform.ANY), wish.digest());
        } catch (IllegalArgumentException e) {
            throw item.error(wish.action().isPresent() ? "action" : "deadline", String.valueOf(e.getMessage()));
        }
        if (wish.activateNotBefore().isPresent()
                && wish.deadline().isPresent()
                && !wish.deadline().get().isAfter(wish.activateNotBefore().get())) {
            throw item.error(
                    "deadline",
                    "it may not be activated before " + wish.activateNotBefore().get() + " but has to be done by "
                            + wish.deadline().get());
        }
        Wish before = named.putIfAbsent(given.action(), wish);
        if (before != null
                && !given.subject()
                        .equals(before.item(before.platform().orElse(Platform.ANY), before.digest())
                                .subject())) {
            throw item.error("action", "the action " + given.action() + " is another item's, at " + before.place());
        }
    }

    private Selector whom(YamlMap map) {
        boolean all = map.optionalBool("all").orElse(false);
        Set<EndpointId> endpoints = new HashSet<>(map.optionalList("endpoints", EndpointId::parse));
        Set<String> sites = new HashSet<>();
        if (map.has("sites")) {
            map.located("sites", text -> text).forEach(site -> {
                matching(site, SITE, "a site is called by lower-case letters, digits or dashes");
                sites.add(site.value());
            });
        }
        Set<String> in = new HashSet<>();
        if (map.has("groups")) {
            map.located("groups", text -> text).forEach(group -> {
                if (!groups.contains(group.value())) {
                    throw group.place()
                            .error("there is no group \"" + group.value() + "\"; "
                                    + (groups.isEmpty()
                                            ? "\"groups\" at the top names none"
                                            : "there are "
                                                    + groups.stream().sorted().collect(Collectors.joining(", "))));
                }
                in.add(group.value());
            });
        }
        Map<String, Set<String>> labels = new LinkedHashMap<>();
        map.optionalMap("labels")
                .ifPresent(of -> of.keys()
                        .forEach(label -> labels.put(
                                label.value(), Set.copyOf(new HashSet<>(of.list(label.value(), text -> text))))));
        try {
            return new Selector(all, endpoints, sites, in, labels);
        } catch (IllegalArgumentException e) {
            throw map.place().error(String.valueOf(e.getMessage()));
        }
    }

    private static Name name(String text) {
        Matcher form = RELEASE.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not publisher/product@version, with (platform) behind where it is not for any");
        }
        return new Name(
                ReleaseName.parse(form.group(1)),
                Version.parse(form.group(2)),
                Optional.ofNullable(form.group(3)).map(Platform::new));
    }

    private static <E extends Enum<E>> E word(Class<E> type, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is none of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(one -> one.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }

    /** RFC 3339. */
    private static Instant instant(String text) {
        try {
            Instant time = OffsetDateTime.parse(text.strip()).toInstant();
            // Agents are told milliseconds, which do not reach as far as the text may.
            long unused = time.toEpochMilli();
            return time;
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "\"" + text
                            + "\" is not a time; write RFC 3339 with the zone, such as 2026-11-21T18:00:00Z or"
                            + " 2026-11-21T19:00:00+01:00",
                    e);
        }
    }

    private String place(Place place) {
        return document + ":" + place.line();
    }

    /** For those who only want to know whether a file is fine. */
    static Optional<UsageException> fault(Path file) {
        try {
            Sheet unused = read(file, Instant.EPOCH);
            return Optional.empty();
        } catch (UsageException e) {
            return Optional.of(e);
        }
    }
}
