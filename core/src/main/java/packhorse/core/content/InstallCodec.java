package packhorse.core.content;

import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.InstallSection.Phase;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;

/** The {@code install} member of a manifest. Everything is written, defaults too, so that one section has one form. */
final class InstallCodec {
    private InstallCodec() {}

    static Json write(InstallSection section) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("adapter", new JsonString(section.adapter()));
        out.put("settings", section.settings());
        Map<String, Json> hooks = new LinkedHashMap<>();
        section.hooks().forEach((moment, hook) -> hooks.put(word(moment), write(hook)));
        out.put("hooks", JsonObject.of(hooks));
        Map<String, Json> codes = new LinkedHashMap<>();
        section.returnCodes().forEach((code, meaning) -> codes.put(code.toString(), new JsonString(word(meaning))));
        out.put("returnCodes", JsonObject.of(codes));
        Map<String, Json> timeouts = new LinkedHashMap<>();
        section.timeouts().forEach((phase, time) -> timeouts.put(word(phase), new JsonInteger(time.toSeconds())));
        out.put("timeoutSeconds", JsonObject.of(timeouts));
        out.put(
                "conflicts",
                new JsonArray(section.conflicts().stream()
                        .<Json>map(one -> JsonObject.of(Map.of(
                                "name", new JsonString(one.name().toString()),
                                "versions", new JsonString(one.versions().toString()))))
                        .toList()));
        out.put("diskBytes", new JsonInteger(section.diskBytes()));
        out.put("activation", new JsonString(word(section.activation())));
        out.put("drift", new JsonString(word(section.drift())));
        out.put("requires", strings(section.requires()));
        return JsonObject.of(out);
    }

    private static Json write(Hook hook) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("run", strings(hook.run()));
        hook.undo().ifPresent(undo -> out.put("undo", strings(undo)));
        out.put("changes", new JsonBoolean(hook.changes()));
        out.put("timeoutSeconds", new JsonInteger(hook.timeout().toSeconds()));
        Map<String, Json> environment = new LinkedHashMap<>();
        hook.environment().forEach((name, value) -> environment.put(name, new JsonString(value)));
        out.put("environment", JsonObject.of(environment));
        out.put("privileged", new JsonBoolean(hook.privileged()));
        return JsonObject.of(out);
    }

    /** Nothing for the empty object, which says that a release is only distributed. */
    static Optional<InstallSection> read(JsonFields fields) {
        if (fields.keys().isEmpty()) {
            return Optional.empty();
        }
        String adapter = fields.string("adapter");
        Json settings = fields.json("settings");
        if (!(settings instanceof JsonObject object)) {
            throw new IllegalArgumentException(fields.where() + ".settings is an object, not " + settings.kind());
        }
        Map<HookMoment, Hook> hooks = new EnumMap<>(HookMoment.class);
        JsonFields hookFields = fields.object("hooks");
        for (String moment : hookFields.keys()) {
            hooks.put(one(HookMoment.class, moment, hookFields.where()), hook(hookFields.object(moment)));
        }
        hookFields.done();
        SortedMap<Integer, CodeClass> codes = new TreeMap<>();
        JsonFields codeFields = fields.object("returnCodes");
        for (String code : codeFields.keys()) {
            codes.put(number(code), one(CodeClass.class, codeFields.string(code), codeFields.where()));
        }
        codeFields.done();
        Map<Phase, Duration> timeouts = new EnumMap<>(Phase.class);
        JsonFields timeFields = fields.object("timeoutSeconds");
        for (String phase : timeFields.keys()) {
            timeouts.put(one(Phase.class, phase, timeFields.where()), seconds(timeFields, phase));
        }
        timeFields.done();
        List<Dependency> conflicts = fields.objects("conflicts").stream()
                .map(one -> {
                    Dependency read = new Dependency(
                            ReleaseName.parse(one.string("name")), VersionRange.parse(one.string("versions")));
                    one.done();
                    return read;
                })
                .toList();
        InstallSection section = new InstallSection(
                adapter,
                object,
                hooks,
                codes,
                timeouts,
                conflicts,
                fields.integer("diskBytes", 0, Long.MAX_VALUE),
                one(Activating.class, fields.string("activation"), fields.where()),
                one(Drift.class, fields.string("drift"), fields.where()),
                strings(fields, "requires"));
        fields.done();
        return Optional.of(section);
    }

    private static Hook hook(JsonFields fields) {
        SortedMap<String, String> environment = new TreeMap<>();
        JsonFields variables = fields.object("environment");
        for (String name : variables.keys()) {
            environment.put(name, variables.string(name));
        }
        variables.done();
        Hook hook = new Hook(
                strings(fields, "run"),
                fields.has("undo") ? Optional.of(strings(fields, "undo")) : Optional.empty(),
                fields.bool("changes"),
                seconds(fields, "timeoutSeconds"),
                environment,
                fields.bool("privileged"));
        fields.done();
        return hook;
    }

    private static Duration seconds(JsonFields fields, String key) {
        return Duration.ofSeconds(fields.integer(key, 1, InstallSection.TIMEOUT_MAX.toSeconds()));
    }

    private static int number(String code) {
        try {
            return Integer.parseInt(code);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + code + "\" is no return code", e);
        }
    }

    private static JsonArray strings(List<String> words) {
        return new JsonArray(words.stream().<Json>map(JsonString::new).toList());
    }

    private static List<String> strings(JsonFields fields, String key) {
        return fields.array(key).stream()
                .map(json -> {
                    if (json instanceof JsonString string) {
                        return string.value();
                    }
                    throw new IllegalArgumentException(fields.where() + "." + key + " is a list of strings");
                })
                .toList();
    }

    /** As written in manifests: {@code WITH_INSTALL} is {@code with-install}. */
    static String word(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> E one(Class<E> kind, String word, String where) {
        for (E each : kind.getEnumConstants()) {
            if (word(each).equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException(where + " says \"" + word + "\", which this version does not know");
    }
}
