package packhorse.console.office;

/** How often something that trackers keep was changed; it only grows. */
public record Revision(long number) {}
