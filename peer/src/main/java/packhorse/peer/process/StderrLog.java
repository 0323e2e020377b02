package packhorse.peer.process;

import java.io.PrintStream;
import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;
import packhorse.core.PlainText;

/**
 * A child process's log: one line an event on standard error, level first, which the agent takes into its own log. A logging
 * library would take longer to start than everything else in that process, and megabytes of its memory. Chosen by name
 * ({@code -Dslf4j.provider}), so that the agent, which has the same classes, does not find it.
 */
public final class StderrLog implements SLF4JServiceProvider {
    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final MDCAdapter contexts = new NOPMDCAdapter();

    @Override
    public ILoggerFactory getLoggerFactory() {
        return Line::new;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return contexts;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }

    @Override
    public void initialize() {
        // Nothing to set up.
    }

    /** The line of an event. */
    static String line(
            Level level, String name, @Nullable String pattern, Object @Nullable [] values, @Nullable Throwable why) {
        String message = MessageFormatter.basicArrayFormat(pattern, values);
        String cause = why == null ? "" : " (" + why + " at " + first(why.getStackTrace()) + ")";
        return PlainText.line(level + " " + name + ": " + message + cause);
    }

    private static String first(StackTraceElement[] trace) {
        return trace.length == 0 ? "an unknown place" : trace[0].toString();
    }

    private static final class Line extends LegacyAbstractLogger {
        @Serial
        private static final long serialVersionUID = 1;

        private static final Level LEAST = Level.INFO;

        Line(String name) {
            this.name = name.substring(name.lastIndexOf('.') + 1);
        }

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                @Nullable String pattern,
                Object @Nullable [] values,
                @Nullable Throwable why) {
            PrintStream out = System.err;
            out.println(line(level, name, pattern, values, why));
        }

        private static boolean on(Level level) {
            return level.toInt() >= LEAST.toInt();
        }

        @Override
        public boolean isTraceEnabled() {
            return on(Level.TRACE);
        }

        @Override
        public boolean isDebugEnabled() {
            return on(Level.DEBUG);
        }

        @Override
        public boolean isInfoEnabled() {
            return on(Level.INFO);
        }

        @Override
        public boolean isWarnEnabled() {
            return on(Level.WARN);
        }

        @Override
        public boolean isErrorEnabled() {
            return on(Level.ERROR);
        }
    }
}
