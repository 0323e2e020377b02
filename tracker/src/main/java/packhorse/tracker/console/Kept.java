package packhorse.tracker.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.ToldDenials;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.SiteMapUpdate;

/**
 * What a tracker remembers over a restart of what consoles said: the site map and the deny-list, so that it knows where everybody is and
 * lets nobody back in while no console is there.
 *
 * @param denied remembers itself
 * @param file of the site map; empty: it is forgotten with the process
 */
public record Kept(ToldDenials denied, Optional<Path> file) {
    private static final Logger LOG = LoggerFactory.getLogger(Kept.class);

    private static final String DIRECTORY = "console";

    /** Nothing is remembered. */
    public static Kept nowhere() {
        return new Kept(new ToldDenials(), Optional.empty());
    }

    /**
     * Remembers below {@code data}.
     *
     * @throws OperationException when the directory cannot be made
     * @throws packhorse.core.UsageException when the deny-list there is damaged
     */
    public static Kept in(Path data, MachineIdentity self) {
        Path directory = data.resolve(DIRECTORY);
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new OperationException(directory + " cannot be made: " + DurableFiles.reason(e), e);
        }
        return new Kept(ToldDenials.keptIn(directory, self), Optional.of(directory.resolve("sites")));
    }

    /**
     * What is left of it where a file governs again: whom consoles denied stays denied, and what agents are told next has a higher
     * revision than what they know from the consoles' time.
     *
     * @throws packhorse.core.UsageException when the deny-list there is damaged
     */
    public static Kept left(Path data, MachineIdentity self) {
        return new Kept(ToldDenials.keptIn(data.resolve(DIRECTORY), self), Optional.empty());
    }

    /** Whom {@code own} or a console throws out, live. */
    public DenyList with(DenyList own) {
        return new JointDenials(own, denied);
    }

    /** The site map that was kept last; a damaged one is none. */
    Optional<SiteMapUpdate> sites() {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(FrameCodec.decode(Files.readAllBytes(file.get())).getSiteMap());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("{} cannot be read and is asked for again: {}", file.get(), e.toString());
            return Optional.empty();
        }
    }

    void keep(SiteMapUpdate sites) {
        file.ifPresent(path -> new DurableFiles()
                .replace(
                        path,
                        FrameCodec.encode(Envelope.newBuilder()
                                .setVersion(FrameCodec.VERSION)
                                .setSiteMap(sites)
                                .build())));
    }
}
