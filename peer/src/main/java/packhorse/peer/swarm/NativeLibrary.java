package packhorse.peer.swarm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.libtorrent4j.LibTorrent;
import packhorse.core.OperationException;

/**
 * Brings libtorrent's shared library out of its jar into the process. The loader wants a file: it is written to the temporary
 * directory, loaded and deleted again at once; Linux keeps what is mapped.
 */
final class NativeLibrary {
    /** Where libtorrent4j's own loader looks first. */
    private static final String PATH_PROPERTY = "libtorrent4j.jni.path";

    private NativeLibrary() {}

    private static final class Once {
        static final String VERSION = load();

        private Once() {}
    }

    /**
     * Loads it, the first time.
     *
     * @return libtorrent's version
     * @throws OperationException when it cannot be loaded, with one line why
     */
    static String require() {
        try {
            return Once.VERSION;
        } catch (ExceptionInInitializerError e) {
            throw e.getCause() instanceof OperationException known ? known : unloadable(e);
        } catch (NoClassDefFoundError e) {
            throw unloadable(e);
        }
    }

    private static OperationException unloadable(Throwable cause) {
        return new OperationException("libtorrent could not be loaded, see the first error", cause);
    }

    private static String machine() {
        return System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    }

    /** The library's name on the class path. */
    static String resource() {
        return "lib/" + (machine().equals("amd64") ? "x86_64" : machine()) + "/libtorrent4j.so";
    }

    private static String load() {
        if (!System.getProperty(PATH_PROPERTY, "").isEmpty()) {
            return LibTorrent.version();
        }
        try (InputStream packed = NativeLibrary.class.getClassLoader().getResourceAsStream(resource())) {
            if (packed == null) {
                throw new OperationException("there is no libtorrent for this machine (" + System.getProperty("os.name")
                        + " " + machine() + "); Packhorse's swarm runs on Linux x86_64");
            }
            Path file = Files.createTempFile("packhorse-libtorrent", ".so");
            try {
                Files.copy(packed, file, StandardCopyOption.REPLACE_EXISTING);
                System.setProperty(PATH_PROPERTY, file.toString());
                return LibTorrent.version();
            } catch (LinkageError e) {
                throw new OperationException(
                        "cannot load libtorrent from " + file + ": " + e.getMessage()
                                + "; set java.io.tmpdir to a directory that programs may be run from",
                        e);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new OperationException(
                    "cannot unpack libtorrent into " + System.getProperty("java.io.tmpdir") + ": " + e.getMessage()
                            + "; free some space there or set java.io.tmpdir",
                    e);
        }
    }
}
