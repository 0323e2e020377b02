package packhorse.peer.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a child process writes to standard error, taken over into this program's log: line by line, each with a bound and without
 * control characters, at most so many in a while, for a process that was taken over must not fill a disk with them. The last
 * ones are kept, to be said when it ends.
 */
final class ChildLog {
    private static final int LINE_BYTES_MAX = 2000;
    /** Lines per {@link #WINDOW_NANOS}; a process in good health writes one in minutes. */
    private static final int LINES_MAX = 50;

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int LAST_MAX = 3;
    private static final int CRASH_MAX = 8;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Deque<String> last = new ArrayDeque<>();
    /** What the virtual machine says of its crash, before it says a lot more. Guarded by lock. */
    private final Deque<String> crash = new ArrayDeque<>();

    private final Logger log;
    private final String name;
    private final Thread thread;
    private long windowNanos = System.nanoTime();
    private int lines;

    private ChildLog(String word, InputStream from) {
        this.log = LoggerFactory.getLogger("packhorse." + word);
        this.name = word;
        this.thread = Thread.ofPlatform().daemon().name(word + "-log").unstarted(() -> copy(from));
    }

    /** @param word what the process is called */
    static ChildLog follow(String word, Process process) {
        ChildLog log = new ChildLog(word, process.getErrorStream());
        log.thread.start();
        return log;
    }

    private void copy(InputStream from) {
        byte[] line = new byte[LINE_BYTES_MAX];
        int length = 0;
        try (InputStream in = new java.io.BufferedInputStream(from)) {
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '\n') {
                    take(new String(line, 0, length, StandardCharsets.UTF_8));
                    length = 0;
                } else if (length < line.length) {
                    line[length++] = (byte) next;
                }
            }
        } catch (IOException e) {
            log.debug("the log of the {} process ends", name, e);
        }
        take(new String(line, 0, length, StandardCharsets.UTF_8));
    }

    private void take(String raw) {
        String line = OneLine.of(raw);
        // The virtual machine frames what it says of a crash with empty comment lines.
        if (line.isEmpty() || line.equals("#")) {
            return;
        }
        keep(line);
        long now = System.nanoTime();
        if (now - windowNanos > WINDOW_NANOS) {
            if (lines > LINES_MAX) {
                log.warn("{} lines of the {} process were left out", lines - LINES_MAX, name);
            }
            windowNanos = now;
            lines = 0;
        }
        lines++;
        if (lines <= LINES_MAX) {
            say(line);
        }
    }

    private void say(String line) {
        int space = line.indexOf(' ');
        String level = space < 0 ? "" : line.substring(0, space).toUpperCase(Locale.ROOT);
        switch (level) {
            case "INFO" -> log.info("{}", line.substring(space + 1));
            case "ERROR" -> log.error("{}", line.substring(space + 1));
            case "WARN" -> log.warn("{}", line.substring(space + 1));
            default -> log.warn("{}", line);
        }
    }

    private void keep(String line) {
        lock.lock();
        try {
            if (line.startsWith("# ") && crash.size() < CRASH_MAX) {
                crash.add(line.substring(1).strip());
            }
            if (last.size() == LAST_MAX) {
                last.removeFirst();
            }
            last.add(line);
        } finally {
            lock.unlock();
        }
    }

    /** The last lines, once all were read or the time is over. */
    String last(long millisMax) throws InterruptedException {
        thread.join(millisMax);
        lock.lock();
        try {
            return String.join(" / ", crash.isEmpty() ? last : crash);
        } finally {
            lock.unlock();
        }
    }
}
