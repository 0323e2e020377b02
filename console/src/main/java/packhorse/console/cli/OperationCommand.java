package packhorse.console.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import packhorse.console.cli.ApiOperation.Answer;
import packhorse.console.cli.ApiOperation.Body;
import packhorse.console.cli.ApiOperation.Parameter;
import packhorse.console.cli.ApiOperation.Part;
import packhorse.console.json.Records;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * A command for one thing that a console does, made of its line in the OpenAPI document: the path's parameters are the command's, the query's
 * and the parts of the body are options. So the command line can all that REST can, under the same names.
 *
 * <p>What is changed is looked up first, and changed only while it still has the version that was seen; {@code --seen} names an earlier
 * one, for whoever decided by what he read before.
 */
final class OperationCommand implements Callable<Integer> {
    /** Bodies are a few kilobytes; lists and calendars are bounded by the console itself. */
    private static final long FILE_BYTES_MAX = 32L << 20;

    private static final String WAVES = "/api/v1/waves";
    private static final String DEPLOYMENTS = "/api/v1/deployments";

    private static final String SEEN = "--seen";
    private static final String FORM = "--document";
    private static final String FILE = "--file";
    private static final String OUT = "--out";

    /** What these take is called as the file is, unless somebody says otherwise. */
    private static final Set<String> CALLED_AS_FILE = Set.of("attach", "scanContent");

    /** What a parameter is called that is there or not. */
    private static final String FLAG = "BOOLEAN";

    private final ApiOperation operation;
    private final ConsoleOptions console = new ConsoleOptions();
    private final CommandSpec spec;

    /** What each part of the body is called as an option. */
    private final Map<String, String> options = new HashMap<>();

    private OperationCommand(ApiOperation operation, String group, String name) {
        this.operation = operation;
        this.spec = CommandSpec.wrapWithoutInspection(this);
        spec.name(name);
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help message and exit.")
                .build());
        spec.usageMessage()
                .description(operation.summary())
                .footer("", "Example:", "  " + Examples.of(group, name, operation));
        spec.addMixin("console", CommandSpec.forAnnotatedObject(console));
        console.of(spec);
        int index = 0;
        for (List<Parameter> thing : operation.things()) {
            spec.addPositional(positional(
                    index++,
                    thing.stream()
                            .map(one -> one.name().toUpperCase(Locale.ROOT))
                            .collect(Collectors.joining("/")),
                    thing.getLast().meaning()));
        }
        for (Parameter parameter : operation.parameters()) {
            if (!parameter.inPath()) {
                spec.addOption(
                        parameter.label().equals(FLAG)
                                ? flag(parameter.name(), parameter.meaning())
                                : option(parameter.name(), parameter.label(), parameter.meaning()));
            }
        }
        switch (operation.body()) {
            case Body.Parts(Map<String, Part> parts) -> {
                parts.forEach((key, part) -> {
                    // Some parts are called as an option that every command has.
                    String plain = dashed(key) + (part.form() == ApiOperation.Form.SECRET ? "-file" : "");
                    String option = spec.optionsMap().containsKey(plain) ? "--its-" + kebab(key) : plain;
                    options.put(key, option);
                    spec.addOption(part(option, part));
                });
                spec.addOption(option(
                        FORM,
                        "FILE",
                        "The whole of it as JSON, or - for the standard input; instead of options for its parts."));
            }
            case Body.File(String mediaType) ->
                spec.addOption(
                        option(FILE, "FILE", "The file, " + mediaType + ", or - for the standard input.").toBuilder()
                                .required(true)
                                .build());
            case Body.None none -> {
                // Nothing comes along.
            }
        }
        if (operation.versioned()) {
            spec.addOption(option(SEEN, "VERSION", "Only if it still has this version (default: the one it has now)."));
        }
        if (operation.answer() == Answer.FILE) {
            spec.addOption(option(OUT, "FILE", "Write it there (default: the standard output)."));
        }
    }

    /** As a command. */
    static CommandLine of(ApiOperation operation, String group, String name) {
        return new CommandLine(new OperationCommand(operation, group, name).spec);
    }

    private static PositionalParamSpec positional(int index, String label, String meaning) {
        return PositionalParamSpec.builder()
                .index(String.valueOf(index))
                .paramLabel(label)
                .description(meaning)
                .type(String.class)
                .required(true)
                .build();
    }

    private static OptionSpec option(String name, String label, String meaning) {
        return OptionSpec.builder(dashed(name))
                .paramLabel(label)
                .description(meaning)
                .type(String.class)
                .arity("1")
                .build();
    }

    private static OptionSpec flag(String name, String meaning) {
        return OptionSpec.builder(dashed(name))
                .description(meaning)
                .type(boolean.class)
                .arity("0")
                .build();
    }

    private static OptionSpec part(String name, Part part) {
        String meaning = (part.meaning()
                        + (part.choices().isEmpty() ? "" : " One of " + String.join(", ", part.choices()) + "."))
                .strip();
        return switch (part.form()) {
            case FLAG -> flag(name, meaning);
            case TEXTS ->
                OptionSpec.builder(dashed(name))
                        .paramLabel("TEXT")
                        .description((meaning + " May be repeated.").strip())
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity("1")
                        .build();
            case PAIRS ->
                OptionSpec.builder(dashed(name))
                        .paramLabel("NAME=TEXT")
                        .description((meaning + " May be repeated.").strip())
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity("1")
                        .build();
            case TEXT -> option(name, "TEXT", meaning);
            case NUMBER -> option(name, "N", meaning);
            case SECRET -> option(name, "FILE", (meaning + " The first line of FILE.").strip());
            case FILE -> option(name, "FILE", (meaning + " Its JSON is in FILE.").strip());
        };
    }

    private static String dashed(String name) {
        return name.startsWith("--") ? name : "--" + kebab(name);
    }

    @Override
    public Integer call() {
        ParseResult given = spec.commandLine().getParseResult();
        String path = path(given);
        try (ConsoleClient client = console.client()) {
            OptionalLong seen = OptionalLong.empty();
            if (operation.versioned()) {
                seen = given.hasMatchedOption(SEEN)
                        ? OptionalLong.of(number(SEEN, given.matchedOptionValue(SEEN, "")))
                        : client.get(subject(operation.path(), path)).version();
            }
            switch (operation.body()) {
                case Body.File(String mediaType) ->
                    show(client.send(
                            operation.verb(), path, mediaType, bytes(given.matchedOptionValue(FILE, "")), seen));
                case Body.Parts(Map<String, Part> parts) ->
                    show(client.call(operation.verb(), path, Optional.of(json(parts, given)), seen));
                case Body.None none -> {
                    if (operation.answer() == Answer.FILE) {
                        download(client, path, given);
                    } else {
                        show(client.call(operation.verb(), path, Optional.empty(), seen));
                    }
                }
            }
        }
        return 0;
    }

    /** What a change of {@code path} is about, and has a version: the path up to its last parameter. A wave's is its deployment's. */
    static String subject(String template, String path) {
        String whole = path.contains("?") ? path.substring(0, path.indexOf('?')) : path;
        if (template.indexOf('}') < 0) {
            return whole;
        }
        String rest = template.substring(template.lastIndexOf('}') + 1);
        String subject = whole.substring(0, whole.length() - rest.length());
        return subject.startsWith(WAVES)
                ? DEPLOYMENTS + subject.substring(WAVES.length(), subject.lastIndexOf('/'))
                : subject;
    }

    private String path(ParseResult given) {
        String path = operation.path();
        int index = 0;
        for (List<Parameter> thing : operation.things()) {
            String[] names = positional(given, index++).split("/", -1);
            if (names.length != thing.size()) {
                throw new UsageException("\"" + String.join("/", names) + "\" is to be of the form "
                        + thing.stream()
                                .map(one -> one.name().toUpperCase(Locale.ROOT))
                                .collect(Collectors.joining("/")));
            }
            for (int i = 0; i < names.length; i++) {
                path = path.replace("{" + thing.get(i).name() + "}", Places.escaped(names[i]));
            }
        }
        List<String> query = new ArrayList<>();
        for (Parameter parameter : operation.parameters()) {
            String name = dashed(parameter.name());
            if (!parameter.inPath() && given.hasMatchedOption(name)) {
                String value = String.valueOf(given.matchedOption(name).<Object>getValue());
                query.add(parameter.name() + "=" + Places.escaped(value));
            }
        }
        if (CALLED_AS_FILE.contains(operation.name()) && !given.hasMatchedOption("--name")) {
            String file = given.matchedOptionValue(FILE, "");
            Optional.ofNullable(Path.of(file).getFileName())
                    .map(Path::toString)
                    .filter(name -> !name.isEmpty() && !file.equals("-"))
                    .ifPresent(name -> query.add("name=" + Places.escaped(name)));
        }
        return query.isEmpty() ? path : path + "?" + String.join("&", query);
    }

    private static String positional(ParseResult given, int index) {
        return given.matchedPositionals().get(index).getValue();
    }

    private String json(Map<String, Part> parts, ParseResult given) {
        List<String> written = new ArrayList<>();
        boolean form = given.hasMatchedOption(FORM);
        parts.forEach((name, part) -> {
            String option = options.getOrDefault(name, dashed(name));
            if (given.hasMatchedOption(option)) {
                if (form) {
                    throw new UsageException(FORM + " is the whole of it; leave out " + option + ", or " + FORM);
                }
                written.add(Records.write(name) + ":"
                        + value(option, part, given.matchedOption(option).getValue()));
            } else if (part.required() && !part.absent().isEmpty()) {
                // A text that is not given is empty, a list too, and a truth that is not said is no.
                written.add(Records.write(name) + ":" + part.absent());
            }
        });
        return form
                ? new String(bytes(given.matchedOptionValue(FORM, "")), StandardCharsets.UTF_8)
                : "{" + String.join(",", written) + "}";
    }

    private static String value(String option, Part part, Object given) {
        return switch (part.form()) {
            case TEXT -> Records.write(String.valueOf(given));
            case TEXTS -> Records.write(List.copyOf((List<?>) given));
            case PAIRS -> Records.write(pairs(option, (List<?>) given));
            case NUMBER -> numeral(option, String.valueOf(given));
            case FLAG -> "true";
            case SECRET -> Records.write(Profile.tokenOf(Path.of(String.valueOf(given))));
            case FILE -> new String(bytes(String.valueOf(given)), StandardCharsets.UTF_8);
        };
    }

    private static Map<String, String> pairs(String option, List<?> given) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (Object one : given) {
            String pair = String.valueOf(one);
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new UsageException(option + " " + pair + " is no pair; write NAME=TEXT, such as ring=first");
            }
            if (pairs.put(pair.substring(0, equals), pair.substring(equals + 1)) != null) {
                throw new UsageException(option + " names " + pair.substring(0, equals) + " twice");
            }
        }
        return pairs;
    }

    private static String numeral(String name, String text) {
        if (!text.matches("-?[0-9]{1,18}(\\.[0-9]{1,18})?")) {
            throw new UsageException(name + " " + text + " is no number");
        }
        return text;
    }

    private static long number(String name, String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new UsageException(name + " " + text + " is no version; versions are whole numbers");
        }
        return Long.parseLong(text);
    }

    private static byte[] bytes(String file) {
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
            byte[] bytes = in.readNBytes((int) FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                throw new UsageException(file + " is longer than " + (FILE_BYTES_MAX >> 20) + " MiB");
            }
            return bytes;
        } catch (IOException e) {
            throw new UsageException("cannot read " + file + ": " + DurableFiles.reason(e), e);
        }
    }

    private void download(ConsoleClient client, String path, ParseResult given) {
        try (InputStream in = client.stream(path, "*/*")) {
            if (given.hasMatchedOption(OUT)) {
                Path out = Path.of(given.matchedOptionValue(OUT, ""));
                Path unfinished = out.resolveSibling(out.getFileName() + ".new");
                Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
                Files.move(unfinished, out, StandardCopyOption.ATOMIC_MOVE);
                console.say("written to " + out);
            } else {
                console.out().println(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                console.out().flush();
            }
        } catch (IOException e) {
            throw new OperationException("cannot write what the console sent: " + DurableFiles.reason(e), e);
        }
    }

    private void show(ConsoleClient.Reply reply) {
        if (reply.body().isEmpty()) {
            console.say("done");
            return;
        }
        console.show(reply.body(), () -> {
            Object value = Records.plain(reply.body(), "the console's answer");
            if (operation.answer() == Answer.PAGE) {
                Listing.of(value, Screen.columns()).forEach(console.out()::println);
            } else {
                Outline.of(value).forEach(console.out()::println);
            }
        });
    }

    /** {@code approvePlan} as {@code approve-plan}. */
    static String kebab(String camel) {
        return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
