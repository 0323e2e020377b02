package packhorse.peer.adapter;

import java.time.Duration;
import java.util.Map;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection;
import packhorse.core.content.ReturnCodes;
import packhorse.peer.adapter.Programs.Ended;

/**
 * What the end of a program means, by the tables of {@link ReturnCodes}.
 *
 * <p>Two ends are not in a program's hand. One that ran out of time is {@link CodeClass#TRANSIENT}: a machine that was busy may not be
 * the next time, and whoever counts attempts ends those that hang always. One that could not be executed at all (126 and 127, as
 * every shell and launcher has it) is the machine's fault, {@link CodeClass#ENVIRONMENT}; one that a signal ended is
 * {@link CodeClass#PERMANENT}. For codes, the release's table may say otherwise.
 */
public final class Verdict {
    /** Codes from here on, up to the highest signal, say that a signal ended it. */
    private static final int SIGNALLED = 128;

    private static final int SIGNAL_MAX = 64;

    private Verdict() {}

    /**
     * The outcome, where it is a good one.
     *
     * @param what the program, for people: {@code the hook pre of acme/app 1.2}
     * @param table the adapter's conventions; empty: none
     * @throws AdapterException where it is not
     */
    public static Outcome of(String what, Ended ended, InstallSection section, Map<Integer, CodeClass> table) {
        if (ended.overran().isPresent()) {
            throw new AdapterException(
                    CodeClass.TRANSIENT,
                    ended.code(),
                    what + " did not end within " + words(ended.overran().get()) + " and was ended" + said(ended)
                            + "; give it more time in the release's install section, or mend what it waits for");
        }
        CodeClass meaning = ReturnCodes.meaning(ended.code(), section.returnCodes(), table);
        if (meaning.succeeds()) {
            return new Outcome(meaning, ended.code());
        }
        throw new AdapterException(meaning, ended.code(), what + " " + end(ended.code()) + said(ended));
    }

    private static String end(int code) {
        if (code > SIGNALLED && code <= SIGNALLED + SIGNAL_MAX) {
            return "was ended by signal " + (code - SIGNALLED);
        }
        return "ended with code " + code;
    }

    private static String words(Duration limit) {
        return limit.toMillisPart() == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }

    private static String said(Ended ended) {
        String line = ended.lastLine();
        return line.isEmpty() ? "" : ", saying: " + line;
    }
}
