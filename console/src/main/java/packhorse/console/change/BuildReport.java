package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.unit.ByteCount;

/**
 * How a release came to be. The same bytes go through test and production: nothing is built again on the way.
 *
 * @param manifest of the signed release
 * @param source where it came from
 * @param scan for viruses
 * @param controlFiles response and control files that were written for it
 * @param configuration changes to configuration that it makes
 * @param rounds of install and uninstall on a pristine machine
 * @param media made of it, by label
 */
public record BuildReport(
        ReleaseId release,
        Sha256 manifest,
        ByteCount size,
        Source source,
        Scan scan,
        List<String> controlFiles,
        List<String> configuration,
        Rounds rounds,
        List<String> media,
        PersonId builder,
        Instant begun,
        Instant done) {
    /** How often it must have been installed and uninstalled: once may be luck, twice may be what the first left behind. */
    public static final int ROUNDS_MIN = 3;

    /**
     * Where the sources came from.
     *
     * @param host the version-controlled host
     * @param revision what of it, exactly
     */
    public record Source(String host, String revision) {
        public Source {
            host = Words.line("the source host", host);
            revision = Words.line("the revision", revision);
        }
    }

    /**
     * What a virus scanner said.
     *
     * @param scanner name and version, with the age of its signatures; empty where there was none
     * @param found what it found, empty: nothing
     * @param unscanned what it did not look at and why, one line each
     */
    public record Scan(Optional<String> scanner, List<String> found, List<String> unscanned, Instant at) {
        public Scan {
            scanner = scanner.map(name -> Words.named("the scanner", name));
            found = Words.lines("what was found", found);
            unscanned = Words.lines("what was not scanned", unscanned);
        }

        /** Of everything, where there was a scanner. */
        public Scan(Optional<String> scanner, List<String> found, Instant at) {
            this(scanner, found, List.of(), at);
        }

        /** As a checklist takes it: no scanner is no answer, and neither is one that has not seen everything. */
        public Finding finding() {
            if (!found.isEmpty()) {
                return Finding.notMet(found.size() + " found, first " + found.get(0), at);
            }
            if (scanner.isEmpty()) {
                return Finding.unknown(unscanned.isEmpty() ? "no virus scanner was there" : unscanned.get(0), at);
            }
            return unscanned.isEmpty()
                    ? Finding.met("nothing found by " + scanner.get(), at)
                    : Finding.unknown(
                            "nothing found by " + scanner.get() + ", but " + unscanned.size() + " not scanned, first "
                                    + unscanned.get(0),
                            at);
        }
    }

    /** Rounds of install and uninstall, each from a pristine machine and back to it. */
    public record Rounds(int tried, int good) {
        public Rounds {
            if (good < 0 || tried < good) {
                throw new IllegalArgumentException(good + " good rounds of " + tried);
            }
        }
    }

    public BuildReport {
        controlFiles = Words.lines("the control files", controlFiles);
        configuration = Words.lines("the configuration changes", configuration);
        media = Words.lines("the media", media);
        if (done.isBefore(begun)) {
            throw new IllegalArgumentException("a build from " + begun + " until " + done);
        }
    }

    public Duration took() {
        return Duration.between(begun, done);
    }

    /** Whether the sources came from where versions are kept. */
    public Finding sourced() {
        return source.host().isEmpty() || source.revision().isEmpty()
                ? Finding.notMet("the sources have no host or no revision", done)
                : Finding.met(source.revision() + " of " + source.host(), done);
    }

    /** Whether it went onto a pristine machine and off it again, often enough. */
    public Finding unitTested() {
        String text = rounds.good() + " of " + rounds.tried() + " rounds of install and uninstall were good, wanted "
                + ROUNDS_MIN + " and none bad";
        return rounds.good() >= ROUNDS_MIN && rounds.good() == rounds.tried()
                ? Finding.met(text, done)
                : Finding.notMet(text, done);
    }

    /** What speaks against leaving the building stage with it, one line each. */
    public List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (Finding finding : List.of(sourced(), scan.finding(), unitTested())) {
            if (finding.answer() == Finding.Answer.NOT_MET) {
                faults.add(finding.text());
            }
        }
        return faults;
    }
}
