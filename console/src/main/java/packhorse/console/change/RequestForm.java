package packhorse.console.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.ReleaseName;

/**
 * What a requester fills in: who is the record's, the rest is here. A form may be half empty while it is a draft.
 *
 * @param what is wanted changed, one line
 * @param why it is wanted
 * @param impact on whom and on what
 * @param category what is asked for
 * @param products the release lines it is about
 * @param target a query over endpoints, or words that name them
 * @param deadline until when it is wanted
 * @param risk how much may go wrong
 * @param template the standard change it follows
 * @param media how it is to travel, empty: electronically
 */
public record RequestForm(
        String what,
        String why,
        String impact,
        Optional<Category> category,
        List<ReleaseName> products,
        String target,
        Optional<Instant> deadline,
        Optional<RiskClass> risk,
        Optional<String> template,
        Set<Medium> media) {
    /** A field of the form. */
    public enum Field {
        WHAT("what is wanted"),
        WHY("why"),
        IMPACT("the impact"),
        CATEGORY("the category"),
        PRODUCTS("the products"),
        TARGET("the target"),
        DEADLINE("the deadline"),
        RISK("the risk class");

        private final String title;

        Field(String title) {
            this.title = title;
        }

        /** For people. */
        public String title() {
            return title;
        }
    }

    public RequestForm {
        what = Words.line("what is wanted", what);
        why = Words.prose("the reason", why);
        impact = Words.prose("the impact", impact);
        products = Words.bounded("the list of products", products);
        target = Words.prose("the target", target);
        template = template.map(name -> Words.named("the template", name));
        EnumSet<Medium> ordered = EnumSet.noneOf(Medium.class);
        ordered.addAll(media);
        media = Collections.unmodifiableSet(ordered);
    }

    /** Nothing filled in. */
    public static RequestForm empty() {
        return new RequestForm(
                "",
                "",
                "",
                Optional.empty(),
                List.of(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of());
    }

    /** What is still to be filled in before it can be submitted. */
    public Set<Field> missing() {
        Set<Field> missing = EnumSet.noneOf(Field.class);
        for (Field field : Field.values()) {
            if (isNeeded(field) && !has(field)) {
                missing.add(field);
            }
        }
        return missing;
    }

    /** Whether a field is filled in. */
    public boolean has(Field field) {
        return switch (field) {
            case WHAT -> !what.isEmpty();
            case WHY -> !why.isEmpty();
            case IMPACT -> !impact.isEmpty();
            case CATEGORY -> category.isPresent();
            case PRODUCTS -> !products.isEmpty();
            case TARGET -> !target.isEmpty();
            case DEADLINE -> deadline.isPresent();
            case RISK -> risk.isPresent();
        };
    }

    private boolean isNeeded(Field field) {
        return switch (field) {
            case WHAT, WHY, IMPACT, CATEGORY, DEADLINE, RISK -> true;
            // A provisioning mechanism is made for images to come.
            case PRODUCTS -> !category.equals(Optional.of(Category.of(RequestType.PREPARE_PROVISIONING)));
            case TARGET -> category.isEmpty() || category.get().touchesEndpoints();
        };
    }

    /** What cannot be as it says, one line each. */
    public List<String> contradictions(Instant now) {
        List<String> found = new ArrayList<>();
        category.ifPresent(asked -> found.addAll(asked.contradictions()));
        deadline.filter(until -> !until.isAfter(now))
                .ifPresent(until -> found.add("the deadline " + until + " is past; name a later one"));
        if (risk.equals(Optional.of(RiskClass.STANDARD)) && template.isEmpty()) {
            found.add("a standard change follows a template; name one, or another risk class");
        }
        return found;
    }
}
