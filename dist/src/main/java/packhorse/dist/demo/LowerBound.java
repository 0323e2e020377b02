package packhorse.dist.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

/**
 * The time no distribution can beat: the multi-site star. It is the bound of Kumar and Ross [1] with an office in the place of
 * a peer, and the offices' own networks behind it. For F bytes, the origin's uplink U, S offices with lines down D and up V,
 * n receivers in an office with uplinks u of their own:
 *
 * <pre>
 *   T = max( F/U,  F/D,  S F/(U + S V),  n F/(D + n u) )  + one more hop for the last piece
 * </pre>
 *
 * The terms are: the origin sends each byte once; each office receives each byte once; all offices' copies leave the origin or
 * another office; an office's copies come over its line or from its own machines. Every term is shown, also those that do not
 * bind: a rate that the set-up does not limit makes its term zero, and says so. O(1).
 *
 * <p>[1] R. Kumar, K. Ross, "Peer-assisted file distribution: the minimum distribution time", HOTWEB 2006.
 *
 * @param terms each with its seconds
 * @param pipelineSeconds what the last piece still needs inside the office after its last byte came over the line
 */
record LowerBound(List<Term> terms, double pipelineSeconds, String pipelineFormula) {
    /**
     * One term of the maximum.
     *
     * @param what which cut it is
     * @param formula with the numbers put in
     */
    record Term(String what, String formula, double seconds) {}

    LowerBound {
        terms = List.copyOf(terms);
    }

    /**
     * The bound for equal offices.
     *
     * @param originUp empty: not limited
     * @param lanUp each machine's uplink inside its office; empty: not limited
     * @param receivers in one office, its site peer among them
     */
    static LowerBound star(
            ByteCount size,
            Optional<ByteRate> originUp,
            int sites,
            ByteRate wanDown,
            ByteRate wanUp,
            int receivers,
            Optional<ByteRate> lanUp,
            ByteCount piece) {
        List<Term> terms = new ArrayList<>();
        terms.add(new Term(
                "origin sends once",
                "F/U = " + size + " / " + text(originUp),
                originUp.map(up -> seconds(size.bytes(), up.bytesPerSecond())).orElse(0.0)));
        terms.add(new Term(
                "each line carries once",
                "F/D = " + size + " / " + wanDown,
                seconds(size.bytes(), wanDown.bytesPerSecond())));
        terms.add(new Term(
                "all lines together",
                String.format(
                        Locale.ROOT,
                        "S F/(U + S V) = %d x %s / (%s + %d x %s)",
                        sites,
                        size,
                        text(originUp),
                        sites,
                        wanUp),
                originUp.map(up -> seconds(sites * size.bytes(), up.bytesPerSecond() + sites * wanUp.bytesPerSecond()))
                        .orElse(0.0)));
        terms.add(new Term(
                "copies inside an office",
                String.format(
                        Locale.ROOT,
                        "n F/(D + n u) = %d x %s / (%s + %d x %s)",
                        receivers,
                        size,
                        wanDown,
                        receivers,
                        text(lanUp)),
                lanUp.map(up -> seconds(
                                receivers * size.bytes(), wanDown.bytesPerSecond() + receivers * up.bytesPerSecond()))
                        .orElse(0.0)));
        return new LowerBound(
                terms,
                lanUp.map(up -> seconds(piece.bytes(), up.bytesPerSecond())).orElse(0.0),
                "1 hop x " + piece + " / " + text(lanUp));
    }

    private static double seconds(long bytes, long bytesPerSecond) {
        return (double) bytes / bytesPerSecond;
    }

    private static String text(Optional<ByteRate> rate) {
        return rate.map(ByteRate::toString).orElse("not limited");
    }

    /** The term that binds. */
    Term binding() {
        return terms.stream().max(Comparator.comparingDouble(Term::seconds)).orElseThrow();
    }

    double seconds() {
        return binding().seconds() + pipelineSeconds;
    }
}
