package packhorse.core.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import packhorse.core.UsageException;

/**
 * A YAML file as configuration: one document, whose top is a mapping. Every error says file, line and column and is a
 * {@link UsageException}. Configuration needs no aliases, so they are refused, and with them everything that grows while it
 * is read; size and nesting are bounded too.
 */
public final class YamlDocument {
    /** A site map of 10,000 sites has about 2 MB. */
    static final int BYTES_MAX = 16 << 20;

    /** Our deepest configuration nests 4 levels. */
    static final int DEPTH_MAX = 32;

    private final String name;
    private final Optional<Path> directory;

    private YamlDocument(String name, Optional<Path> directory) {
        this.name = name;
        this.directory = directory;
    }

    /** Reads the file; relative paths in it are seen from its directory. */
    public static YamlMap read(Path file) {
        return new YamlDocument(
                        file.toString(),
                        Optional.ofNullable(file.toAbsolutePath().getParent()))
                .root(textOf(file));
    }

    /**
     * Reads text.
     *
     * @param name what errors call it
     */
    public static YamlMap parse(String name, String text) {
        return new YamlDocument(name, Optional.empty()).root(text);
    }

    private static String textOf(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(BYTES_MAX + 1);
        } catch (NoSuchFileException e) {
            throw new UsageException(file + ": there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new UsageException(file + ": cannot be read: permission denied", e);
        } catch (IOException e) {
            throw new UsageException(file + ": cannot be read: " + e.getMessage(), e);
        }
        if (bytes.length > BYTES_MAX) {
            throw new UsageException(file + ": is longer than " + BYTES_MAX + " bytes; is this the configuration?");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UsageException(file + ": is not UTF-8 text", e);
        }
    }

    private YamlMap root(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(name)
                .setUseMarks(true)
                .setSchema(new CoreSchema())
                // Refused by YamlMap, which knows where they stand.
                .setAllowNonScalarKeys(true)
                .setCodePointLimit(BYTES_MAX)
                .build();
        Optional<Node> top;
        try {
            requireTame(settings, text);
            top = new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException e) {
            String problem = e.getProblem() == null ? "is not YAML" : e.getProblem();
            throw place(e.getProblemMark().or(e::getContextMark)).error(oneLine(problem), e);
        } catch (YamlEngineException e) {
            throw new UsageException(name + ": is not YAML: " + oneLine(String.valueOf(e.getMessage())), e);
        }
        return switch (top.orElse(null)) {
            case null -> throw new UsageException(name + ": is empty; it needs \"key: value\" lines");
            case MappingNode mapping -> new YamlMap(this, mapping);
            case Node other -> throw place(other).error("\"key: value\" lines are expected");
        };
    }

    private void requireTame(LoadSettings settings, String text) {
        int depth = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            switch (event) {
                case AliasEvent alias ->
                    throw place(alias.getStartMark())
                            .error("aliases (*name) are not used here; write the value itself");
                case CollectionStartEvent start -> {
                    depth++;
                    if (depth > DEPTH_MAX) {
                        throw place(start.getStartMark()).error("nested deeper than " + DEPTH_MAX);
                    }
                }
                case CollectionEndEvent end -> depth--;
                default -> {}
            }
        }
    }

    Place place(Node node) {
        return place(node.getStartMark());
    }

    private Place place(Optional<Mark> mark) {
        return new Place(
                name,
                mark.map(Mark::getLine).orElse(0) + 1,
                mark.map(Mark::getColumn).orElse(0) + 1);
    }

    Path resolve(String path) {
        return directory.map(base -> base.resolve(path)).orElseGet(() -> Path.of(path));
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
