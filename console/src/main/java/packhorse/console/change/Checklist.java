package packhorse.console.change;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is to be done, step by step, by whom, and what shows it.
 *
 * @param items in the order of the steps; a key only once in a step
 */
public record Checklist(List<ChecklistItem> items) {
    public Checklist {
        items = Words.bounded("a checklist", items);
        Set<String> seen = new HashSet<>();
        for (ChecklistItem item : items) {
            if (!seen.add(item.step() + "/" + item.key())) {
                throw new IllegalArgumentException("two items " + item.key() + " in the step " + item.step());
            }
        }
    }

    /** What is open and has to be done before {@code step} is left. */
    public List<ChecklistItem> open(Step step) {
        return items.stream()
                .filter(item -> item.step() == step && item.required() && !item.isDone())
                .toList();
    }

    /** What is open and has to be done before it is left altogether. */
    public List<ChecklistItem> open() {
        return items.stream().filter(item -> item.required() && !item.isDone()).toList();
    }

    public Optional<ChecklistItem> find(Step step, String key) {
        return items.stream()
                .filter(item -> item.step() == step && item.key().equals(key))
                .findFirst();
    }

    /** Ticks an item, or says why not. */
    public Outcome<Checklist> tick(Step step, String key, ChecklistItem.Tick by, Set<Role> roles) {
        Optional<ChecklistItem> item = find(step, key);
        if (item.isEmpty()) {
            return Outcome.rejected("the step " + step.title() + " has no item " + key + "; it has "
                    + items.stream()
                            .filter(one -> one.step() == step)
                            .map(ChecklistItem::key)
                            .toList());
        }
        return switch (item.get().tick(by, roles)) {
            case Outcome.Rejected<ChecklistItem> no -> no.as();
            case Outcome.Moved<ChecklistItem>(ChecklistItem done) -> {
                List<ChecklistItem> all = new ArrayList<>(items);
                all.set(all.indexOf(item.get()), done);
                yield Outcome.moved(new Checklist(all));
            }
        };
    }

    /**
     * Fills in what the product found.
     *
     * @param findings by key; those that the step has no such item for are nobody's and left
     */
    public Checklist fill(Step step, Map<String, Finding> findings) {
        List<ChecklistItem> all = new ArrayList<>(items);
        all.replaceAll(item -> {
            Finding finding = findings.get(item.key());
            return item.step() == step && item.evidence() == EvidenceKind.FINDING && finding != null
                    ? item.found(finding)
                    : item;
        });
        return new Checklist(all);
    }

    /** The same with more items. */
    public Checklist with(List<ChecklistItem> more) {
        List<ChecklistItem> all = new ArrayList<>(items);
        all.addAll(more);
        return new Checklist(all);
    }
}
