package packhorse.console.evidence;

import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import packhorse.console.audit.BoundLink;
import packhorse.console.report.DistributionLine;
import packhorse.console.report.OrderStory;
import packhorse.core.content.Sha256;

/**
 * What goes into a pack.
 *
 * @param story of the order
 * @param plan the bytes that its digest is taken over; empty: there is no plan
 * @param log every attempt; read once
 * @param links of the audit chain that concern the order, in their order; read once
 * @param head the chain's newest link
 * @param more reports and records by name, each as it is kept
 * @param attached files that people attached; read once, one at a time
 */
public record EvidenceContents(
        OrderStory story,
        Optional<byte[]> plan,
        Iterator<DistributionLine> log,
        Iterator<BoundLink> links,
        Head head,
        SortedMap<String, byte[]> more,
        Iterator<Attached> attached) {
    /** A name is a path of its own folder, and fits every file system. */
    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /** The newest link: whoever kept it elsewhere sees that nothing before it was changed. */
    public record Head(long number, Sha256 digest) {}

    /**
     * A file that was attached.
     *
     * @param name in the pack; none of the records'
     * @param bytes reads them
     */
    public record Attached(String name, Supplier<byte[]> bytes) {
        public Attached {
            requireName(name);
        }
    }

    /** Where nobody attached anything. */
    public EvidenceContents(
            OrderStory story,
            Optional<byte[]> plan,
            Iterator<DistributionLine> log,
            Iterator<BoundLink> links,
            Head head,
            SortedMap<String, byte[]> more) {
        this(story, plan, log, links, head, more, Collections.emptyIterator());
    }

    public EvidenceContents {
        plan = plan.map(byte[]::clone);
        SortedMap<String, byte[]> copied = new TreeMap<>();
        more.forEach((name, bytes) -> {
            requireName(name);
            copied.put(name, bytes.clone());
        });
        more = Collections.unmodifiableSortedMap(copied);
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is no name of an attachment; use letters, digits and . _ -, at most 100");
        }
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "evidence of " + story.order().id() + ", attachments "
                + Arrays.toString(more.keySet().toArray());
    }
}
